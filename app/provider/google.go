package provider

import (
	"bytes"
	"encoding/json"
	"encoding/pem"
	"net/url"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// ServiceAccount is a Google service account's key, as Google's console gives it.
type ServiceAccount struct {
	Type     string        `json:"type"`
	Project  string        `json:"project_id"`
	KeyID    string        `json:"private_key_id"`
	Email    string        `json:"client_email"`
	TokenURI string        `json:"token_uri"`
	Key      secret.String `json:"-"` // PEM
}

// IsServiceAccount reports whether a credential of Vertex is meant to be a service account's key; else it is an API key.
func IsServiceAccount(credential string) bool {
	return strings.HasPrefix(strings.TrimSpace(credential), "{")
}

// tokenURI is Google's own, and what stands in for a key that names none.
const tokenURI = "https://oauth2.googleapis.com/token"

// googleTokens are the addresses where Google itself sells tokens.
var googleTokens = map[string]bool{tokenURI: true, "https://accounts.google.com/o/oauth2/token": true, "https://www.googleapis.com/oauth2/v4/token": true}

// ParseServiceAccount reads a service account's key. The address in it decides where a signed assertion is sent, and comes
// from whoever pasted the key, so it must be Google's own; plain http passes, because egress opens it to nothing but networks
// that the operator has allowed by name.
func ParseServiceAccount(credential string) (ServiceAccount, error) {
	var a ServiceAccount
	var private struct {
		Key string `json:"private_key"`
	}
	refused := func(text string) (ServiceAccount, error) { return ServiceAccount{}, fault.Field("credential", text) }
	if json.Unmarshal([]byte(credential), &a) != nil || json.Unmarshal([]byte(credential), &private) != nil {
		return refused("This begins like a service account's key, but is no valid JSON. Paste the whole file.")
	}
	switch block, _ := pem.Decode([]byte(private.Key)); {
	case a.Type != "service_account":
		return refused("This is Google JSON of the type \"" + printableType(a.Type) + "\". Paste the key of a service account (its type is service_account), or an API key.")
	case a.Email == "" || block == nil:
		return refused("This service account's key has no private_key or no client_email. Paste the whole file as Google gave it.")
	}
	if a.TokenURI == "" {
		a.TokenURI = tokenURI
	}
	u, err := url.Parse(a.TokenURI)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "http" && !googleTokens[a.TokenURI] {
		return refused("This key sends its token requests elsewhere than to Google (token_uri). Use the file as Google gave it, with " + tokenURI + ".")
	}
	a.Key = secret.New(private.Key)
	return a, nil
}

func printableType(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || r == '"' {
			return -1
		}
		return r
	}, s[:min(len(s), 40)])
}

// oneLine is a service account's key without the line breaks of its file, which a form's field would lose anyway.
func oneLine(credential string) string {
	var b bytes.Buffer
	if json.Compact(&b, []byte(credential)) != nil {
		return credential
	}
	return b.String()
}
