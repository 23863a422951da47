package app

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/importer"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// TestPeersConfigurationsAreTakenOver imports the three peers' samples, keys and people into one organization: all of it is there
// afterwards, importing again finds nothing to do, and no credential is in a step, the export or the audit log.
func TestPeersConfigurationsAreTakenOver(t *testing.T) {
	t.Parallel()
	for name, at := range map[string]func(testing.TB) string{"sqlite": dbtest.SQLiteURL, "postgres": dbtest.PostgresURL} {
		t.Run(name, func(t *testing.T) { t.Parallel(); takenOver(t, at(t)) })
	}
}

func takenOver(t *testing.T, databaseURL string) {
	_, h, s := furnished(t, databaseURL)
	server := httptest.NewServer(s.Handler)
	t.Cleanup(server.Close)
	plain := blueprints(t, server.URL, s.Home.Tokens[org.Admin])
	var steps strings.Builder
	sample := func(f importer.Format, text string) importer.Import {
		in, err := importer.Read(f, []byte(text), nil)
		must(t, err)
		return in
	}
	file := func(name string) string {
		text, err := os.ReadFile("importer/testdata/" + name)
		must(t, err)
		return strings.NewReplacer("https://acme.openai.azure.com/", "https://acme.openai.azure.com/", "os.environ/AZURE_KEY", "sk-canary-azure").Replace(string(text))
	}
	for _, in := range []importer.Import{
		sample(importer.Env, "MISTRAL_API_KEY=sk-canary-mistral\nSECRET_OTHER=canary"), sample(importer.People, "email,role,team,department\nnew@elsewhere.test,developer,Newcomers,Growth\n"),
		sample(importer.Portkey, file("portkey.json")), sample(importer.LiteLLM, strings.ReplaceAll(file("litellm.yaml"), `  - model_name: "bedrock/*"
    litellm_params: {model: "bedrock/*", aws_region_name: eu-west-1}
`, "")), sample(importer.Bifrost, strings.ReplaceAll(file("bifrost.json"), "env.OPENAI_KEY", "sk-canary-main")),
	} {
		plan, err := importer.Compare(t.Context(), plain, in)
		must(t, err)
		fmt.Fprintf(&steps, "%+v %v %v\n", plan.Steps, plan.Kept, in.Left)
		before := h.Entries(t, s.Home.Org)
		n := 0
		_, err = importer.Run(t.Context(), plain, in, "file", plan.Print(), func() { n++ })
		must(t, err)
		if n != len(plan.Steps) || n == 0 || h.Entries(t, s.Home.Org) == before {
			t.Errorf("%d of %d steps", n, len(plan.Steps))
		}
		again, err := importer.Compare(t.Context(), plain, in)
		must(t, err)
		if len(again.Steps) != 0 {
			t.Errorf("imported again: %+v", again.Steps)
		}
	}
	text := exported(t, plain)
	for _, want := range []string{"alias: portkey", "strategy: weighted", "to: openai/gpt-4o", "weight: 70", "alias: claude", "alias: llama-3", "name: Shop", "department: Retail", `limit: "200.5"`, "name: Newcomers"} {
		if !strings.Contains(text, want) {
			t.Errorf("the organization lacks %q:\n%s", want, text)
		}
	}
	var audit struct{ Data []map[string]any }
	must(t, plain(t.Context(), "GET", "/audit", url.Values{"limit": {"200"}}, nil, &audit))
	if all := steps.String() + text + fmt.Sprint(audit); strings.Contains(all, "sk-canary") {
		i := strings.Index(all, "sk-canary")
		t.Errorf("a credential is shown: …%s…", all[max(0, i-200):i+30])
	}
	// A refusal by the API carries no credential either.
	bad := sample(importer.Env, "OPENAI_API_KEY=sk-canary-bad\nOPENAI_BASE_URL=http://169.254.169.254/v1")
	bad.Connections[0].Name = "bad"
	if _, err := importer.Run(context.Background(), plain, bad, "file", "", func() {}); err == nil || strings.Contains(err.Error(), "canary") {
		t.Errorf("an address that may not be called: %v", err)
	}
}

// TestTheImportPageNeverHoldsAKey pastes a file into the page: what comes back says what it does, and the keys only encrypted, for the
// member who pasted them.
func TestTheImportPageNeverHoldsAKey(t *testing.T) {
	t.Parallel()
	_, _, s := furnished(t, dbtest.SQLiteURL(t))
	admin := s.Browser(t, org.Admin)
	p := admin.Post("/import", url.Values{"format": {"env"}, "text": {"MISTRAL_API_KEY=sk-canary-page\r\nOTHER_THING=canary-other"}})
	if p.Status != http.StatusOK || !p.Has("connection mistral (openai-compatible)", "OTHER_THING is no account") || p.Has("canary") {
		t.Fatalf("preview: %d\n%s", p.Status, p.Body)
	}
	sealed := html.UnescapeString(between(p.Body, `name="sealed" value="`, `"`))
	apply := url.Values{"format": {"env"}, "sealed": {sealed}}
	if p := s.Browser(t, org.Manager).Post("/import/apply", apply); p.Status != http.StatusForbidden {
		t.Errorf("a manager imports: %d", p.Status)
	}
	if p := newcomer(t, s, "Others").Post("/import/apply", apply); p.Status != http.StatusBadRequest || p.Has("canary") {
		t.Errorf("another organization imports it: %d", p.Status)
	}
	if p := admin.Post("/import/apply", url.Values{"format": {"env"}, "sealed": {sealed[:len(sealed)-8] + "AAAAAAA="}}); p.Status != http.StatusBadRequest {
		t.Errorf("changed on the way: %d", p.Status)
	}
	if p := admin.Post("/import/apply", apply); p.Status != http.StatusSeeOther {
		t.Fatalf("imported: %d\n%s", p.Status, p.Body)
	}
	if p := admin.Post("/import", url.Values{"format": {"env"}, "text": {"MISTRAL_API_KEY=sk-canary-page"}}); !p.Has("Nothing to import", "connection mistral") || p.Has("canary") {
		t.Errorf("again: %d\n%s", p.Status, p.Body)
	}
	for format, x := range map[string][2]string{"env": {"sk-canary-alone", "Line 1 is not"}, "people": {"email\nnobody", "Line 2 has no e-mail"}, "portkey": {"{\"canary", "not a JSON object"}, "toml": {"a", "There is no format"}} {
		p := admin.Post("/import", url.Values{"format": {format}, "text": {x[0]}})
		if p.Status != http.StatusUnprocessableEntity || !p.Has(x[1]) || p.Has("canary") || format == "people" && !p.Has("nobody") {
			t.Errorf("%s: %d\n%.3000s", format, p.Status, p.Body)
		}
	}
}

// TestWhatLacksAKeyIsLeftOutAndTheRestImported has no variables to read, as the page never has: what needs one that is not set is
// left out and said, and it comes with the next import when the connection was made by hand.
func TestWhatLacksAKeyIsLeftOutAndTheRestImported(t *testing.T) {
	t.Parallel()
	_, _, s := furnished(t, dbtest.SQLiteURL(t))
	server := httptest.NewServer(s.Handler)
	t.Cleanup(server.Close)
	plain := blueprints(t, server.URL, s.Home.Tokens[org.Admin])
	const file = `
model_list:
  - {model_name: quick, litellm_params: {model: groq/llama-3.1-8b-instant, api_key: os.environ/GROQ_API_KEY}}
  - {model_name: quick, litellm_params: {model: mistral/mistral-small, api_key: sk-canary-mistral}}
  - {model_name: only, litellm_params: {model: groq/llama-3.1-8b-instant, api_key: os.environ/GROQ_API_KEY}}
  - {model_name: cloud, litellm_params: {model: azure/gpt-4o, api_key: sk-canary-azure}}
  - {model_name: cloud, litellm_params: {model: bedrock/x}}
`
	take := func() *importer.Plan {
		in, err := importer.Read(importer.LiteLLM, []byte(file), nil)
		must(t, err)
		plan, err := importer.Run(t.Context(), plain, in, "file", "", func() {})
		must(t, err)
		return plan
	}
	plan := take()
	for _, want := range []string{"GROQ_API_KEY", "The connection groq lacks a key", "The connection azure lacks an address", "The connection bedrock lacks a key", "The route only would lead nowhere", "The route cloud would lead nowhere"} {
		if !strings.Contains(strings.Join(plan.Left, "\n"), want) {
			t.Errorf("it is not said that %q:\n%s", want, strings.Join(plan.Left, "\n"))
		}
	}
	if text := exported(t, plain); !strings.Contains(text, "to: mistral/mistral-small") || strings.Contains(text, "alias: only") || strings.Contains(text, "groq/") {
		t.Errorf("imported:\n%s", text)
	}
	must(t, plain(t.Context(), "POST", "/connections", nil, map[string]any{"name": "groq", "kind": "openai-compatible", "service": "groq", "credential": "gsk-by-hand"}, nil))
	take()
	if text := exported(t, plain); !strings.Contains(text, "alias: only") {
		t.Errorf("imported again:\n%s", text)
	}
}

// TestAListOfPeopleLeavesTeamsWhereTheyAre names a team that is in a department, and people in capitals: the team stays there, and
// importing again does nothing.
func TestAListOfPeopleLeavesTeamsWhereTheyAre(t *testing.T) {
	t.Parallel()
	_, _, s := furnished(t, dbtest.SQLiteURL(t))
	server := httptest.NewServer(s.Handler)
	t.Cleanup(server.Close)
	plain := blueprints(t, server.URL, s.Home.Tokens[org.Admin])
	for _, text := range []string{"email,team,department\nOne@Elsewhere.test,Newcomers,Growth\n", "email,team\nOne@Elsewhere.test,Newcomers\nTwo@Elsewhere.test,Newcomers\n"} {
		in, err := importer.Read(importer.People, []byte(text), nil)
		must(t, err)
		_, err = importer.Run(t.Context(), plain, in, "file", "", func() {})
		must(t, err)
		again, err := importer.Compare(t.Context(), plain, in)
		must(t, err)
		if len(again.Steps) != 0 {
			t.Errorf("imported again: %+v", again.Steps)
		}
	}
	if text := exported(t, plain); !strings.Contains(text, "- name: Newcomers\n    department: Growth") {
		t.Errorf("the team has left its department:\n%s", text)
	}
}

// TestWhoseInvitationIsOverIsInvitedAgain imports a list whose one person's invitation was revoked: it keeps nobody out, and the open one
// that is written then is found behind it.
func TestWhoseInvitationIsOverIsInvitedAgain(t *testing.T) {
	t.Parallel()
	_, _, s := furnished(t, dbtest.SQLiteURL(t))
	server := httptest.NewServer(s.Handler)
	t.Cleanup(server.Close)
	plain := blueprints(t, server.URL, s.Home.Tokens[org.Admin])
	in, err := importer.Read(importer.People, []byte("email\nada@elsewhere.test\n"), nil)
	must(t, err)
	for _, over := range []bool{false, true, true} {
		if over {
			var sent struct {
				Data []struct{ ID, Email, State string }
			}
			must(t, plain(t.Context(), "GET", "/invitations", nil, nil, &sent))
			for _, i := range sent.Data {
				if i.Email == "ada@elsewhere.test" && i.State == "open" {
					must(t, plain(t.Context(), "DELETE", "/invitations/"+i.ID, nil, nil, nil))
				}
			}
		}
		plan, err := importer.Run(t.Context(), plain, in, "file", "", func() {})
		must(t, err)
		if len(plan.Steps) != 1 || len(plan.Kept) != 0 {
			t.Errorf("revoked before: %t; steps %+v, kept %v", over, plan.Steps, plan.Kept)
		}
		again, err := importer.Compare(t.Context(), plain, in)
		must(t, err)
		if len(again.Steps) != 0 {
			t.Errorf("imported again: %+v", again.Steps)
		}
	}
}

// TestTheImportPageDoesWhatItShowed has somebody make the alias between the two looks: what they made is not replaced unseen.
func TestTheImportPageDoesWhatItShowed(t *testing.T) {
	t.Parallel()
	_, _, s := furnished(t, dbtest.SQLiteURL(t))
	server := httptest.NewServer(s.Handler)
	t.Cleanup(server.Close)
	admin, plain := s.Browser(t, org.Admin), blueprints(t, server.URL, s.Home.Tokens[org.Admin])
	const file = "model_list:\n  - {model_name: quick, litellm_params: {model: mistral/mistral-small, api_key: sk-canary-mistral}}\n"
	look := func(body string) url.Values {
		return url.Values{"format": {"litellm"}, "sealed": {html.UnescapeString(between(body, `name="sealed" value="`, `"`))}, "seen": {between(body, `name="seen" value="`, `"`)}}
	}
	p := admin.Post("/import", url.Values{"format": {"litellm"}, "text": {file}})
	if p.Status != http.StatusOK || !p.Has("route quick") {
		t.Fatalf("preview: %d\n%s", p.Status, p.Body)
	}
	applied(t, plain, "blueprint: 1\nroutes:\n  - {alias: quick, strategy: weighted, targets: [{to: sandbox/sandbox-chat, weight: 7}, {to: sandbox/sandbox-vision, weight: 3}]}\n", false)
	p = admin.Post("/import/apply", look(p.Body))
	if p.Status != http.StatusUnprocessableEntity || !p.Has("Somebody changed the organization since you looked", "route quick") || p.Has("canary") {
		t.Fatalf("what was made meanwhile: %d\n%.3000s", p.Status, p.Body)
	}
	if text := exported(t, plain); !strings.Contains(text, "sandbox-vision") {
		t.Errorf("what was made meanwhile is gone:\n%s", text)
	}
	again := look(p.Body)
	for range 2 { // and a second click finds nothing to do
		if p := admin.Post("/import/apply", again); p.Status != http.StatusSeeOther {
			t.Errorf("looked again: %d\n%.3000s", p.Status, p.Body)
		}
	}
}
