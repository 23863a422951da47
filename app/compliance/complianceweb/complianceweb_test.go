package complianceweb_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/compliance"
	"github.com/bodhi-gateway/bodhi/app/compliance/complianceweb"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// noAnswers stands for the cache, which has tests of its own.
type noAnswers struct{}

func (noAnswers) ForgetMember(context.Context, org.Actor, id.Member) error { return nil }

// noConnections is one account at a cloud, which nobody used.
type noConnections struct{}

func (noConnections) List(context.Context, org.Actor) ([]provider.ConnectionRecord, error) {
	return []provider.ConnectionRecord{{Name: "aws", Kind: provider.Bedrock, BaseURL: "https://bedrock-runtime.eu-central-1.amazonaws.com"}}, nil
}

// noTexts are none.
type noTexts struct{}

func (noTexts) Export(context.Context, org.Actor, id.Member, func(compliance.Text) error) error {
	return nil
}

// open stands for the keyring, which has tests of its own.
type open struct{}

func (open) Seal(_ context.Context, _ id.Org, _, _, _ string, text secret.String) ([]byte, error) {
	return []byte(text.Reveal()), nil
}

func (open) Open(_ context.Context, _ id.Org, _, _, _ string, sealed []byte) (secret.String, error) {
	return secret.New(string(sealed)), nil
}

func TestMistakesAreSaidAndWhatWasTypedStays(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := webtest.NewHouse(t, d)
		acme := h.Found(t, "Acme")
		s := compliance.New(compliance.Parts{Store: db.NewComplianceStore(d), Members: db.NewOrgStore(d), People: h.Identity, Answers: noAnswers{}, Texts: noTexts{}, Vault: open{}, Tx: d, Audit: h.Audit, IDs: h.IDs, Clock: h.Clock,
			Changed: func(context.Context) {}, Settled: func(context.Context) {}, Sources: compliance.Sources{Usage: usage.NewService(db.NewUsageStore(d), db.NewOrgStore(d), h.Clock), Connections: noConnections{}, Members: h.Identity, Keys: h.Keys,
				Facts: usage.NewRetention(db.NewUsageStore(d), d, h.Audit), Log: h.Audit}})
		site := h.Serve(t, append(complianceweb.New(s).Routes(), webtest.Enter()))
		admin := webtest.As(t, site, acme.Members[org.Admin])
		lead := acme.Members[org.Lead]
		page := "/compliance/people/" + lead.ID.String()
		says := func(what string, p webtest.Page, status int, texts ...string) {
			t.Helper()
			if p.Status != status || !p.Has(texts...) {
				t.Errorf("%s: %d, want %d and %q\n%.600s", what, p.Status, status, texts, p.Body)
			}
		}
		says("nothing yet", admin.Get("/compliance"), 200, "No hold was ever set", "Nobody was erased yet")
		says("no address", admin.Post("/compliance/find", url.Values{"email": {"jana"}}), 422, "Enter an e-mail address", `value="jana"`)
		says("nobody's", admin.Post("/compliance/find", url.Values{"email": {"nobody@acme.test"}}), 422, "Nobody here has or had this address", `value="nobody@acme.test"`)
		if p := admin.Post("/compliance/find", url.Values{"email": {strings.ToUpper(lead.Email)}}); p.Status != http.StatusSeeOther || p.Location != page {
			t.Errorf("found: %d %s", p.Status, p.Location)
		}
		says("a hold without a reason", admin.Post("/compliance/holds", url.Values{"email": {lead.Email}}), 422, "Say why", lead.Email)
		says("a hold", admin.Post("/compliance/holds", url.Values{"email": {lead.Email}, "reason": {"the case of Smith"}}), 303)
		says("the list", admin.Get("/compliance"), 200, "In force", "the case of Smith", lead.Email)
		says("a held person", admin.Get(page), 200, "A legal hold keeps this data")
		says("erase under a hold", admin.Post(page+"/erase", url.Values{"email": {lead.Email}, "reason": {"x"}}), 422, "A legal hold keeps this data")
		program := h.Program(t, site, acme, org.Admin)
		says("by program", program.JSON("POST", "/api/v1/members/"+lead.ID.String()+"/erase", `{"email":"`+lead.Email+`","reason":"x"}`), 409, `"legal_hold"`)
		says("a hold about nobody", program.JSON("POST", "/api/v1/legal-holds", `{"member":"mem_1","reason":"x"}`), 400, "Give the id of a person")

		holds, err := s.Holds(t.Context(), acme.Actor(org.Admin))
		if err != nil || len(holds) != 1 {
			t.Fatalf("%v %v", holds, err)
		}
		says("its end", admin.Post("/compliance/holds/"+holds[0].ID.String()+"/end", nil), 303)
		says("its end again", admin.Post("/compliance/holds/"+holds[0].ID.String()+"/end", nil), 404)
		says("the wrong address", admin.Post(page+"/erase", url.Values{"email": {"x@acme.test"}, "reason": {"asked for"}}), 422, "This is not the person&#39;s address", `value="asked for"`)
		says("oneself", admin.Post("/compliance/people/"+acme.Members[org.Admin].ID.String()+"/erase", url.Values{"email": {acme.Members[org.Admin].Email}, "reason": {"x"}}), 422, "Another organization admin has to erase your data")
		if p := admin.Post(page+"/export", nil); p.Status != 200 || !strings.HasPrefix(p.Body, "PK") {
			t.Errorf("the archive: %d %.20q", p.Status, p.Body)
		}
		done := admin.Post(page+"/erase", url.Values{"email": {lead.Email}, "reason": {"asked for"}})
		if done.Status != http.StatusSeeOther || !strings.HasPrefix(done.Location, "/compliance/erasures/era_") {
			t.Fatalf("erased: %d %s %.300s", done.Status, done.Location, done.Body)
		}
		says("the proof", admin.Get(done.Location), 200, "asked for", "Name and address replaced", "entries rewritten", "Still looked for. So far nothing came behind.")
		if err := s.Finish(t.Context()); err != nil {
			t.Fatal(err)
		}
		says("the proof after the second pass", admin.Get(done.Location), 200, "So far nothing came behind")
		says("by program", program.JSON("GET", "/api/v1/erasures", ""), 200, `"behind":[]`, `"ended_at":null`, `"silent_nodes":0`)
		if p := admin.Get(done.Location + "/proof"); p.Status != 200 || !strings.HasPrefix(p.Body, "%PDF-") {
			t.Errorf("the document: %d %.20q", p.Status, p.Body)
		}
		says("who is no more", admin.Get(page), 200, "This person was erased")
		for topic, word := range map[string]string{"processing": "asked for", "access": acme.Members[org.Developer].Email, "costs": "By project", "purposes": "By purpose", "subprocessors": "eu-central-1"} {
			says(topic, admin.Get("/compliance/evidence?topic="+topic), 200, word)
			says(topic+" by program", program.JSON("GET", "/api/v1/evidence?topic="+topic, ""), 200, `"topic":"`+topic+`"`, `"sheets":[{`)
			if p := admin.Get("/compliance/evidence/file?topic=" + topic); p.Status != 200 || !strings.HasPrefix(p.Body, "%PDF-") {
				t.Errorf("%s as a document: %d %.20q", topic, p.Status, p.Body)
			}
			says(topic+" as a table", program.JSON("GET", "/api/v1/evidence/file?format=csv&topic="+topic, ""), 200, word)
		}
		says("a month to come", program.JSON("GET", "/api/v1/evidence?month=2199-01", ""), 400, "Write a month that has begun")
		says("no topic", program.JSON("GET", "/api/v1/evidence?topic=weather", ""), 400, "subprocessors")
		says("a month before", admin.Get("/compliance/evidence?month=2020-01"), 200, "None in January 2020")
		if p := admin.Get("/compliance"); strings.Contains(p.Body, lead.Email) || strings.Contains(p.Body, lead.Name) {
			t.Error("the page still names them")
		}
	})
}
