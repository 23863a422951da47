package providerweb_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
)

func TestVertexAsksForProjectAndLocation(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	browser := webtest.As(t, s.site, s.acme.Members[org.Admin])
	if p := browser.Get("/connections/new?kind=vertex"); !p.Has(`name="settings.project"`, `name="settings.location"`, "Service account key (JSON) or API key") {
		t.Errorf("form: %d\n%s", p.Status, p.Body)
	}
	form := url.Values{"kind": {"vertex"}, "name": {"vertex"}, "credential": {"AQ.0123456789abcd"}, "settings.project": {"Not a project!"}, "settings.location": {"europe-west4"}}
	if p := browser.Post("/connections", form); p.Status != http.StatusUnprocessableEntity || !p.Has("Project must be", "europe-west4") {
		t.Errorf("a bad project: %d\n%s", p.Status, p.Body)
	}
	form.Set("settings.project", "acme-1")
	const address = "https://europe-west4-aiplatform.googleapis.com/v1/projects/acme-1/locations/europe-west4"
	if p := browser.Post("/connections", form); p.Status != http.StatusSeeOther || s.only(t).BaseURL != address {
		t.Fatalf("added: %d, %q\n%s", p.Status, s.only(t).BaseURL, p.Body)
	}
	page := "/connections/" + s.only(t).ID.String()
	if p := browser.Get(page); !p.Has(`value="acme-1"`, `value="europe-west4"`) {
		t.Errorf("its page:\n%s", p.Body)
	}
	p := browser.Post(page, url.Values{"name": {"vertex"}, "settings.project": {"acme-2"}, "settings.location": {"europe-west4"}})
	if r := s.only(t); p.Status != http.StatusSeeOther || r.BaseURL != "https://europe-west4-aiplatform.googleapis.com/v1/projects/acme-2/locations/europe-west4" || !r.HasCredential() {
		t.Errorf("another project of the same host: %d, %q, credential kept: %v", p.Status, r.BaseURL, r.HasCredential())
	}
	api := s.house.Program(t, s.site, s.acme, org.Admin)
	if p := api.JSON("PATCH", "/api/v1"+page, `{"settings":{"location":"global"}}`); p.Status != 200 || !p.Has(`"settings":{"location":"global","project":"acme-2"}`, `"has_credential":false`) {
		t.Errorf("another host by API: %d %s", p.Status, p.Body)
	}
}

func TestAServiceAccountThatSendsElsewhereIsRefused(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	browser := webtest.As(t, s.site, s.acme.Members[org.Admin])
	for _, key := range []string{`{"type":"authorized_user"}`, `{"type":"service_account"}`, `{nonsense`,
		`{"type":"service_account","client_email":"a@b","private_key":"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n","token_uri":"https://evil.example/token"}`} {
		p := browser.Post("/connections", url.Values{"kind": {"vertex"}, "name": {"vertex"}, "credential": {key}})
		if p.Status != http.StatusUnprocessableEntity || p.Has("BEGIN PRIVATE") {
			t.Errorf("%s: %d\n%s", key, p.Status, p.Body)
		}
	}
}

func TestChoosingAServiceFillsInItsAddress(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	browser := webtest.As(t, s.site, s.acme.Members[org.Admin])
	if p := browser.Get("/connections/new?kind=openai-compatible"); !p.Has("Known services", "service=groq", "service=lm-studio", "Another server") || p.Has(`name="service"`) {
		t.Errorf("the choice:\n%s", p.Body)
	}
	p := browser.Get("/connections/new?kind=openai-compatible&service=groq")
	if !p.Has(`value="https://api.groq.com/openai/v1"`, `name="service" value="groq"`, `value="groq"`, "console.groq.com/keys") {
		t.Errorf("Groq's form:\n%s", p.Body)
	}
	if p := browser.Get("/connections/new?kind=openai-compatible&service=vllm"); !p.Has(`value="http://127.0.0.1:8000/v1"`, "if it asks for one") {
		t.Errorf("vLLM's form:\n%s", p.Body)
	}
	form := url.Values{"kind": {"openai-compatible"}, "service": {"groq"}, "name": {"groq"}}
	if p := browser.Post("/connections", form); p.Status != http.StatusUnprocessableEntity || !p.Has("Paste the API key of your Groq account", `name="service" value="groq"`) {
		t.Errorf("without a key: %d\n%s", p.Status, p.Body)
	}
	form.Set("credential", testKey)
	if p := browser.Post("/connections", form); p.Status != http.StatusSeeOther {
		t.Fatalf("added: %d\n%s", p.Status, p.Body)
	}
	if r := s.only(t); r.BaseURL != "https://api.groq.com/openai/v1" || r.Service != "groq" {
		t.Errorf("%+v", r)
	}
	if p := browser.Get("/connections"); !p.Has("Groq") || p.Has("OpenAI-compatible") {
		t.Errorf("the list:\n%s", p.Body)
	}
	api := s.house.Program(t, s.site, s.acme, org.Viewer)
	if p := api.Get("/api/v1/providers"); p.Status != 200 || !p.Has(`"service":"cerebras"`, `"kind":"vertex"`, `"needs_base_url":true`) {
		t.Errorf("kinds: %d %s", p.Status, p.Body)
	}
	if p := api.Get("/api/v1/connections"); !p.Has(`"service":"groq"`) {
		t.Errorf("connections: %s", p.Body)
	}
}
