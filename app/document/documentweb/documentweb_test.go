package documentweb_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/document"
	"github.com/bodhi-gateway/bodhi/app/document/documentweb"
	"github.com/bodhi-gateway/bodhi/app/document/tool"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// purse is open for everybody.
type purse struct{}

func (purse) Grant(context.Context, org.Actor, id.Team) (*key.Grant, error) { return &key.Grant{}, nil }

func (purse) Models(context.Context, org.Actor, id.Team) ([]string, error) {
	return []string{"smart"}, nil
}

func (purse) Session(context.Context, org.Actor, id.Team) (key.Key, bool, error) {
	return key.Key{}, true, nil
}

func (purse) Open(context.Context, org.Actor, id.Team) error { return nil }

// shut is open for the teams in it, until it is opened for more.
type shut map[id.Team]bool

func (s shut) Grant(_ context.Context, _ org.Actor, team id.Team) (*key.Grant, error) {
	if !s[team] {
		return nil, fault.Field("team", "It is not open for this team.")
	}
	return &key.Grant{}, nil
}

func (s shut) Models(ctx context.Context, a org.Actor, team id.Team) ([]string, error) {
	_, err := s.Grant(ctx, a, team)
	return nil, err
}

func (s shut) Session(_ context.Context, _ org.Actor, team id.Team) (key.Key, bool, error) {
	return key.Key{}, s[team], nil
}

func (s shut) Open(_ context.Context, _ org.Actor, team id.Team) error {
	s[team] = true
	return nil
}

// developer is one at the pages.
func developer(t *testing.T) *webtest.Client {
	t.Helper()
	h, acme := house(t)
	return at(t, h, acme, purse{})
}

func house(t *testing.T) (*webtest.House, webtest.Tenant) {
	t.Helper()
	h := webtest.NewHouse(t, dbtest.SQLite(t))
	h.Passwordless = true
	return h, h.Found(t, "Acme")
}

func at(t *testing.T, h *webtest.House, acme webtest.Tenant, p documentweb.Purse) *webtest.Client {
	t.Helper()
	pages := documentweb.New(tool.New(tool.Parts{Reader: document.New(nil)}), p, h.Identity)
	return webtest.As(t, h.Serve(t, append(pages.Routes(), webtest.Enter())), acme.Members[org.Developer])
}

func TestAnotherTeamPaysForWhatWasTyped(t *testing.T) {
	t.Parallel()
	h, acme := house(t)
	if err := h.Identity.Assign(t.Context(), acme.Actor(org.Admin), acme.Members[org.Developer].ID, org.Assignment{Role: org.Developer, At: org.OfTeam(acme.Org.ID, acme.AwayTeam)}); err != nil {
		t.Fatal(err)
	}
	for page, form := range map[string]string{"/documents": "papers", "/documents/transcribe": "papers", "/documents/speak": "speech"} {
		typed := url.Values{"act": {"team"}, "team": {acme.AwayTeam.String()}, "paid": {acme.Team.String()}, "text": {"Once upon a time"}, "model": {"wombat-1"}, "max_cost_usd": {"0.70"}, "voice": {"nova"}}
		kept := []string{"wombat-1", `value="0.70"`}
		if form == "speech" {
			kept = append(kept, "Once upon a time", `<option value="nova" selected>`)
		}
		p := at(t, h, acme, purse{}).Post(page, typed)
		if p.Status != http.StatusOK || !p.Has(append(kept, `<option value="`+acme.AwayTeam.String()+`" selected>`, `name="paid" value="`+acme.AwayTeam.String()+`"`)...) {
			t.Errorf("%s, switched: %d\n%s", page, p.Status, p.Body)
		}
		if i := strings.Index(p.Body, `<button type="submit" class="b-default" form="`+form+`"`); i < 0 || i > strings.Index(p.Body, `value="team"`) {
			t.Errorf("%s: Enter in a field switches the team", page)
		}
		browser, opens := at(t, h, acme, shut{acme.Team: true}), "open."+acme.AwayTeam.String()
		for what, act := range map[string]string{"to one that it is not open for": "team", "without a switch to it": ""} {
			typed.Set("act", act)
			if p := browser.Post(page, typed); p.Status != http.StatusUnprocessableEntity || !p.Has(append(kept, "not open for this team", `name="paid" value="`+acme.Team.String()+`"`, `value="`+opens+`"`)...) {
				t.Errorf("%s, %s: %d\n%s", page, what, p.Status, p.Body)
			}
		}
		typed.Set("act", opens)
		if p := browser.Post(page, typed); p.Status != http.StatusOK || !p.Has(append(kept, `name="paid" value="`+acme.AwayTeam.String()+`"`)...) {
			t.Errorf("%s, opened for it: %d\n%s", page, p.Status, p.Body)
		}
	}
}

func TestWhatIsWrongWithAFileIsSaidWithAndWithoutScripts(t *testing.T) {
	t.Parallel()
	browser := developer(t)
	for name, c := range map[string]struct{ page, file, says string }{
		"no document":              {"/documents", "", "Choose a file that is not empty."},
		"a document of nothing":    {"/documents", "\x00\x01\x02", "plain text and pictures"},
		"a document that is large": {"/documents", strings.Repeat("x", tool.MostBytes+1), "The file is larger than 20 MiB"},
		"a sound of nothing":       {"/documents/transcribe", "x", "This is no sound that is known here"},
		"a sound that is large":    {"/documents/transcribe", strings.Repeat("x", tool.MostSound+1), "The sound is larger than 64 MiB"},
	} {
		form := "--x\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwombat-1\r\n--x\r\nContent-Disposition: form-data; name=\"tool\"\r\n\r\nextract\r\n" +
			"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n" + c.file + "\r\n--x--\r\n"
		if p := browser.Upload(c.page, "multipart/form-data; boundary=x", form); p.Status != http.StatusUnprocessableEntity || !p.Has(c.says, "wombat-1") {
			t.Errorf("%s: %d, does not say %q beside what was typed", name, p.Status, c.says)
		}
		if p := browser.Upload(c.page+"/stream", "multipart/form-data; boundary=x", form); p.Status != http.StatusOK || !p.Has("event: end\n", c.says) {
			t.Errorf("%s, with scripts: %d, does not say %q: %.300s", name, p.Status, c.says, p.Body)
		}
	}
}

// A stream that ended in silence reads as a broken connection, and as billed.
func TestWhatNoFormMendsIsSaidInTheStreamToo(t *testing.T) {
	t.Parallel()
	form := "--x\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwombat-1\r\n--x\r\nContent-Disposition: form-data; name=\"tool\"\r\n\r\nhoroscope\r\n" +
		"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nx\r\n--x--\r\n"
	if p := developer(t).Upload("/documents/stream", "multipart/form-data; boundary=x", form); p.Status != http.StatusOK || !p.Has("event: end\n", "There is no document tool of that name.") {
		t.Errorf("%d: %.300s", p.Status, p.Body)
	}
}

func TestAFormThatIsTooLargeIsSaidToBe(t *testing.T) {
	t.Parallel()
	browser := developer(t)
	form := "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n" + strings.Repeat("x", tool.MostSound+16<<20) + "\r\n--x--\r\n"
	for body, says := range map[string]string{form: "larger than 80 MiB", "--x\r\nContent-Disp": "could not be read"} {
		if p := browser.Upload("/documents/stream", "multipart/form-data; boundary=x", body); p.Status != http.StatusUnprocessableEntity || !p.Has(`{"says":"`, says) {
			t.Errorf("with scripts: %d, does not say %q: %.300s", p.Status, says, p.Body)
		}
	}
}
