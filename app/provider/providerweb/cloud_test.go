package providerweb_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
)

func TestBedrockAsksForItsRegion(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	browser := webtest.As(t, s.site, s.acme.Members[org.Admin])
	if p := browser.Get("/connections/new?kind=bedrock"); !p.Has(`name="settings.region"`, "access-key-id:secret-access-key") {
		t.Errorf("form: %d\n%s", p.Status, p.Body)
	}
	form := url.Values{"kind": {"bedrock"}, "name": {"aws"}, "credential": {"AKIDEXAMPLE:"}, "settings.region": {"evil.example/x"}}
	if p := browser.Post("/connections", form); p.Status != http.StatusUnprocessableEntity || !p.Has("Region must be", "temporary ones with") || p.Has("AKIDEXAMPLE") {
		t.Errorf("a bad region: %d\n%s", p.Status, p.Body)
	}
	form.Set("settings.region", "eu-west-1")
	form.Set("credential", "AKIDEXAMPLE1234:s3cr3t/with+signs")
	p := browser.Post("/connections", form)
	if r := s.only(t); p.Status != http.StatusSeeOther || r.BaseURL != "https://bedrock-runtime.eu-west-1.amazonaws.com" || r.KeyHint != "1234" {
		t.Fatalf("added: %d, %+v\n%s", p.Status, r, p.Body)
	}
	page := "/connections/" + s.only(t).ID.String()
	if p := browser.Get(page); !p.Has(`value="eu-west-1"`) || p.Has("s3cr3t") {
		t.Errorf("its page:\n%s", p.Body)
	}
	p = browser.Post(page, url.Values{"name": {"aws"}, "settings.region": {"us-west-2"}})
	if r := s.only(t); p.Status != http.StatusSeeOther || r.BaseURL != "https://bedrock-runtime.us-west-2.amazonaws.com" || r.HasCredential() {
		t.Errorf("another region is another host, for which the key was not given: %d, %+v", p.Status, r)
	}
}

func TestAzureAsksForItsResource(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	browser := webtest.As(t, s.site, s.acme.Members[org.Admin])
	form := url.Values{"kind": {"azure"}, "name": {"az"}, "credential": {"tenant-1:client-1"}}
	if p := browser.Post("/connections", form); p.Status != http.StatusUnprocessableEntity || !p.Has("https://acme.openai.azure.com", "tenant-id:client-id:client-secret") {
		t.Errorf("nothing but half a credential: %d\n%s", p.Status, p.Body)
	}
	form.Set("base_url", "https://acme.openai.azure.com/")
	form.Set("credential", "tenant-1:client-1:s~ecret")
	if p := browser.Post("/connections", form); p.Status != http.StatusSeeOther || s.only(t).BaseURL != "https://acme.openai.azure.com" {
		t.Errorf("added: %d\n%s", p.Status, p.Body)
	}
}
