package gateway

import (
	"net/url"
	"regexp"

	"github.com/bodhi-gateway/bodhi/app/fault"
)

// Azure's clients name the version of the API in the query. We serve every version alike, but a request without one, or
// with a mistyped one, would be refused by Azure itself; here it is refused with a sentence that says what is missing.

var azureDate = regexp.MustCompile(`^20\d\d-\d\d-\d\d(-preview)?$`)

// dated is the rule of paths that name a deployment: a version must be there.
func dated(query string) *fault.Error {
	v := apiVersion(query)
	if azureDate.MatchString(v) {
		return nil
	}
	text := "The query has no api-version. Add one, such as ?api-version=2024-10-21; Azure's SDKs do it when they are given an API version."
	if v != "" {
		text = "The api-version \"" + clip(v) + "\" is none. It must be a date such as 2024-10-21 or 2025-04-01-preview."
	}
	return fault.Field("api-version", text)
}

// undated is the rule of /openai/v1, whose version is in the path: none, or one of the words that clients send there.
func undated(query string) *fault.Error {
	switch v := apiVersion(query); {
	case v == "" || v == "v1" || v == "preview" || v == "latest" || azureDate.MatchString(v):
		return nil
	default:
		return fault.Field("api-version", "The api-version \""+clip(v)+"\" is none. Leave it out under /openai/v1, or send preview.")
	}
}

func apiVersion(query string) string {
	q, _ := url.ParseQuery(query) // what cannot be read says nothing
	return q.Get("api-version")
}
