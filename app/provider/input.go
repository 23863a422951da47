package provider

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// Input is what a person says about a connection.
type Input struct {
	Name    string
	Kind    Kind // cannot change later
	BaseURL string
	// Service is what stands at the address of a compatible server, by its name in KnownServices; "" is any other server. It
	// gives the address where BaseURL is empty.
	Service string
	// Settings are parts of the address by name (Offering.Settings); they win over what BaseURL says of them.
	Settings map[string]string
	// Credential is the provider's key. Empty in an update means: keep the one there is.
	Credential secret.String
	Disabled   bool
	// Terms are what the contract says; nil leaves what was said before.
	Terms *Terms
	// Seen is the UpdatedAt of what an update was made on: another one by now refuses it. Zero does not ask. Versions count what
	// tests and the regular look at the models write as well, which no form undoes.
	Seen time.Time
}

var nameForm = regexp.MustCompile(`^[a-z0-9-]{1,40}$`)

const (
	maxURL        = 500
	maxCredential = 4096
)

// Tidied trims what people paste with spaces around, and writes settings into the base URL. The error is about a setting.
func (in Input) Tidied() (Input, error) {
	in.Name = strings.TrimSpace(in.Name)
	in.BaseURL = strings.TrimRight(strings.TrimSpace(in.BaseURL), "/")
	key := strings.TrimSpace(in.Credential.Reveal())
	if o, _ := OfferingOf(in.Kind); o.ServiceAccounts && IsServiceAccount(key) {
		key = oneLine(key)
	}
	in.Credential = secret.New(key)
	if in.Service = strings.TrimSpace(in.Service); in.BaseURL == "" && in.Kind == Compatible {
		k, _ := KnownService(in.Service)
		in.BaseURL = k.BaseURL
	}
	return in.settled()
}

// checked is the input in its normal form, or everything that is wrong with it at once, a *fault.Error per field.
// needKey says whether a credential must be given now.
func (in Input) checked(urls URLs, needKey bool) (Input, error) {
	var errs []error
	in, err := in.Tidied()
	if err != nil {
		errs = append(errs, err)
	}
	if !nameForm.MatchString(in.Name) {
		errs = append(errs, fault.Field("name", "A connection's name is 1 to 40 lower-case letters, digits and hyphens, e.g. openai-eu: apps write it in connection/model."))
	}
	o, known := OfferingOf(in.Kind)
	if !known {
		errs = append(errs, fault.Field("kind", "Choose one of the kinds "+kindNames()+"."))
		return in, errors.Join(errs...)
	}
	base, err := checkURL(in.BaseURL, o, urls)
	if err != nil {
		errs = append(errs, err)
	}
	in.BaseURL = base
	if k, ok := KnownService(in.Service); in.Service != "" && (!ok || k.Kind != in.Kind) {
		errs = append(errs, fault.Field("service", fmt.Sprintf("Connections of the kind %s know no service %q. The kind %s has %s.", in.Kind, clip(in.Service), Compatible, serviceNames())))
	} else if at := serviceOf(in.Kind, in.BaseURL, in.Service); in.Kind == Compatible && needKey && byName[at] != nil {
		o.Title, o.NeedsKey = byName[at].Title, byName[at].NeedsKey
	}
	if err := in.Terms.checked(); err != nil {
		errs = append(errs, err)
	}
	if err := checkKey(in.Credential, o, needKey); err != nil {
		errs = append(errs, err)
	}
	return in, errors.Join(errs...)
}

func kindNames() string {
	var names []string
	for _, o := range Offerings() {
		names = append(names, string(o.Kind))
	}
	return strings.Join(names, ", ")
}

func serviceNames() string {
	var names []string
	for _, k := range known {
		if k.Kind == Compatible {
			names = append(names, k.Name)
		}
	}
	return strings.Join(names, ", ")
}

func clip(s string) string {
	return strings.ToValidUTF8(s[:min(len(s), 60)], "")
}

// checkURL gives the base URL's normal form; empty stays empty, so that the kind's own may move with the program.
func checkURL(raw string, o Offering, urls URLs) (string, error) {
	switch {
	case raw == "" && o.Local:
		return "", nil
	case raw == "" && o.BaseURL == "":
		return "", fault.Field("base_url", "Give the base URL that the provider's own SDK takes, e.g. "+cmp.Or(o.BaseURLHint, "https://api.example.com/v1")+".")
	case len(raw) > maxURL:
		return raw, fault.Field("base_url", "A base URL has at most 500 characters.")
	case raw == "":
		_, err := urls.CheckURL(o.BaseURL)
		return "", asField("base_url", err)
	}
	u, err := urls.CheckURL(raw)
	if err != nil {
		return raw, asField("base_url", err)
	}
	return u.String(), nil
}

// asField puts a refusal beside the input it is about; other errors stay what they are.
func asField(field string, err error) error {
	var refusal *fault.Error
	if !errors.As(err, &refusal) {
		return err
	}
	return fault.Field(field, refusal.Public).Because(err)
}

func checkKey(key secret.String, o Offering, need bool) error {
	v := key.Reveal()
	switch {
	case o.NeedsKey && need && v == "":
		return fault.Field("credential", "Paste the API key of your "+o.Title+" account.")
	case o.Kind == Azure && IsEntra(v) && len(v) <= maxCredential:
		_, err := ParseEntra(v)
		return err
	case o.Kind == Bedrock && IsAccessKey(v) && len(v) <= maxCredential:
		_, err := ParseAccessKey(v)
		return err
	case o.ServiceAccounts && IsServiceAccount(v) && len(v) <= maxCredential:
		_, err := ParseServiceAccount(v)
		return err
	case len(v) > maxCredential:
		return fault.Field("credential", "An API key has at most 4096 characters; this looks like something else.")
	case strings.ContainsFunc(v, func(r rune) bool { return r <= ' ' || r > '~' }):
		return fault.Field("credential", "An API key has no spaces, line breaks or special characters inside. Copy it again.")
	}
	return nil
}

// hint is the last four characters of a credential long enough to keep the rest secret; of a service account's key, those
// of its id.
func hint(key secret.String) string {
	v := key.Reveal()
	if IsServiceAccount(v) {
		a, _ := ParseServiceAccount(v)
		v = a.KeyID
	}
	if k, err := ParseAccessKey(v); err == nil { // an Entra application's credential has the same form
		v = k.ID
	}
	if len(v) < 12 {
		return ""
	}
	return v[len(v)-4:]
}
