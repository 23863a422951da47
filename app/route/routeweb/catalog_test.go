package routeweb_test

import (
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
)

func TestTheCatalogueIsBrowsedByWhatModelsCanDo(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	browser := webtest.As(t, s.site, s.acme.Members[org.Viewer])
	if p := browser.Get("/catalog"); p.Status != 200 || !p.Has("claude", "of ", "Compare those ticked", "from=25") {
		t.Errorf("%d\n%s", p.Status, p.Body)
	}
	p := browser.Get("/catalog?q=sandbox&takes=images")
	if !p.Has("sandbox-vision", "sandbox/sandbox-vision", "1 to 1 of 1 models", "images, documents, tools, JSON schema", "$4.00") || strings.Contains(p.Body, `value="sandbox/sandbox-chat"`) {
		t.Errorf("what takes images:\n%s", p.Body)
	}
	if p := browser.Get("/catalog?q=openai/gpt-5.5&offered=on&sort=output"); !p.Has("openai/gpt-5.5") || p.Has("openrouter/") {
		t.Errorf("what we can use:\n%s", p.Body)
	}
	if p := browser.Get("/catalog?q=openai/dall-e-3"); !p.Has("$0.04 / image", "$0.08 / image") {
		t.Errorf("pictures cost by the piece:\n%s", p.Body)
	}
	if p := browser.Get("/models?q=whisper"); !p.Has("sandbox-whisper", "$0.0001 / second") {
		t.Errorf("sound costs by the second:\n%s", p.Body)
	}
	if p := browser.Get("/catalog?q=nothing-like-it"); !p.Has("No model fits") {
		t.Errorf("nothing:\n%s", p.Body)
	}
	if p := browser.Get("/catalog?context=many&input=cheap&from=-7&sort=colour"); p.Status != 200 || !p.Has("dollars per million tokens") {
		t.Errorf("nonsense: %d", p.Status)
	}
	if p := browser.HTMX("catalog").Get("/catalog?input=2,50"); p.Has("<html") || !p.Has("dollars per million tokens") {
		t.Errorf("nonsense, with scripts: %d\n%s", p.Status, p.Body)
	}
	if p := browser.Get("/catalog?from=99999"); p.Status != 200 {
		t.Errorf("behind the end: %d", p.Status)
	}
	p = browser.Get("/catalog/compare?m=sandbox/sandbox-chat&m=sandbox/sandbox-reasoning&m=sandbox/sandbox-chat&m=nobody/nothing")
	if !p.Has("sandbox-reasoning", "$8.00", "$4.00", "Takes reasoning", "128K", "Try it") || strings.Count(p.Body, `scope="col"`) != 3 {
		t.Errorf("side by side:\n%s", p.Body)
	}
	if p := browser.Get("/catalog/compare?m=google/gemini-2.5-pro&m=sandbox/sandbox-chat"); !p.Has("above 200K of input") {
		t.Errorf("tiers:\n%s", p.Body)
	}
	if p := browser.Get("/catalog/compare?m=sandbox/sandbox-chat"); !p.Has("Nothing to compare") {
		t.Errorf("one alone:\n%s", p.Body)
	}
}

func TestTheAPIHasTheSameFacts(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	api := s.house.Program(t, s.site, s.acme, org.Viewer)
	if p := api.Get("/api/v1/models/catalog?q=sandbox-chat"); p.Status != 200 || !p.Has(`"id":"sandbox/sandbox-chat"`, `"offered_as":["sandbox/sandbox-chat"]`, `"cache_read":"0.1"`, `"json_schema":true`, `"total":1`) {
		t.Errorf("%d %s", p.Status, p.Body)
	}
	if p := api.Get("/api/v1/models/catalog?q=gemini-2.5-pro&provider=google"); !p.Has(`"above_input_tokens":200000`, `"takes_audio":true`, `"offered_as":[]`) {
		t.Errorf("%s", p.Body)
	}
	if p := api.Get("/api/v1/models/catalog?limit=3"); strings.Count(p.Body, `"offered_as"`) != 3 {
		t.Errorf("%s", p.Body)
	}
	if p := api.Get("/api/v1/models?q=gpt-5.5"); !p.Has(`"name":"openai/gpt-5.5"`, `"facts":{"context_window"`, `"reasoning":true`) {
		t.Errorf("%s", p.Body)
	}
}
