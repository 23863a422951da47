package provider_test

import (
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/provider"
)

func TestSettingsArePartsOfTheAddress(t *testing.T) {
	t.Parallel()
	type settings = map[string]string
	for _, x := range []struct {
		name     string
		in       provider.Input
		want     string
		root     string
		settings settings
	}{
		{"nothing", provider.Input{Kind: provider.Vertex}, "", "", settings{}},
		{"a project", provider.Input{Kind: provider.Vertex, Settings: settings{"project": " acme-1 "}}, "https://aiplatform.googleapis.com/v1/projects/acme-1/locations/global", "", settings{"project": "acme-1", "location": "global"}},
		{"a region alone", provider.Input{Kind: provider.Vertex, Settings: settings{"location": "europe-west4"}}, "https://europe-west4-aiplatform.googleapis.com", "", settings{"location": "europe-west4"}},
		{"both", provider.Input{Kind: provider.Vertex, Settings: settings{"project": "p", "location": "europe-west4"}}, "https://europe-west4-aiplatform.googleapis.com/v1/projects/p/locations/europe-west4", "", settings{"project": "p", "location": "europe-west4"}},
		{"a proxy", provider.Input{Kind: provider.Vertex, BaseURL: "https://proxy.example.com/g/", Settings: settings{"project": "p"}}, "https://proxy.example.com/g/v1/projects/p/locations/global", "https://proxy.example.com/g", settings{"project": "p", "location": "global"}},
		{"a change of one", provider.Input{Kind: provider.Vertex, BaseURL: "https://us-central1-aiplatform.googleapis.com/v1/projects/p/locations/us-central1", Settings: settings{"location": "global"}}, "https://aiplatform.googleapis.com/v1/projects/p/locations/global", "", settings{"project": "p", "location": "global"}},
		{"several regions", provider.Input{Kind: provider.Vertex, Settings: settings{"project": "p", "location": "eu"}}, "https://aiplatform.eu.rep.googleapis.com/v1/projects/p/locations/eu", "", settings{"project": "p", "location": "eu"}},
		{"several regions alone", provider.Input{Kind: provider.Vertex, Settings: settings{"location": "us"}}, "https://aiplatform.us.rep.googleapis.com", "", settings{"location": "us"}},
		{"several regions at the host that we once wrote", provider.Input{Kind: provider.Vertex, BaseURL: "https://eu-aiplatform.googleapis.com/v1/projects/p/locations/eu", Settings: settings{"project": "q"}}, "https://aiplatform.eu.rep.googleapis.com/v1/projects/q/locations/eu", "", settings{"project": "q", "location": "eu"}},
		{"a region at another's host", provider.Input{Kind: provider.Vertex, BaseURL: "https://us-central1-aiplatform.googleapis.com/v1/projects/p/locations/europe-west4"}, "https://us-central1-aiplatform.googleapis.com/v1/projects/p/locations/europe-west4", "https://us-central1-aiplatform.googleapis.com", settings{"project": "p", "location": "europe-west4"}},
		{"a kind without any", provider.Input{Kind: provider.OpenAI, BaseURL: "https://api.openai.com/v1"}, "https://api.openai.com/v1", "https://api.openai.com/v1", nil},
	} {
		got, err := x.in.Tidied()
		if err != nil || got.BaseURL != x.want || got.Settings != nil {
			t.Errorf("%s: %q, %v", x.name, got.BaseURL, err)
		}
		root, s := provider.SettingsOf(x.in.Kind, got.BaseURL)
		if root != x.root || len(s) != len(x.settings) {
			t.Errorf("%s: read back as %q, %v", x.name, root, s)
		}
		for name, v := range x.settings {
			if s[name] != v {
				t.Errorf("%s: %s is read back as %q", x.name, name, s[name])
			}
		}
	}
	for name, in := range map[string]provider.Input{
		"settings.project":  {Kind: provider.Vertex, Settings: settings{"project": "a/../b"}},
		"settings.location": {Kind: provider.Vertex, Settings: settings{"location": "evil.example/"}},
		"settings.region":   {Kind: provider.Vertex, Settings: settings{"region": "x"}},
		"settings.other":    {Kind: provider.OpenAI, Settings: settings{"other": "x"}},
	} {
		if _, err := in.Tidied(); err == nil || !strings.Contains(err.Error(), "invalid_request") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
