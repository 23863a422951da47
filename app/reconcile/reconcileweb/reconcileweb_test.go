package reconcileweb_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/egress"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/reconcile"
	"github.com/bodhi-gateway/bodhi/app/reconcile/reconcileweb"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// biller answers every request for a report in the same way.
type biller struct {
	status int
	body   string
}

func (b *biller) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: b.status, Body: io.NopCloser(strings.NewReader(b.body)), Header: http.Header{}, Request: r}, nil
}

type scene struct {
	*webtest.House
	site    http.Handler
	acme    webtest.Tenant
	store   *db.ReconcileStore
	out     *biller
	account provider.ConnectionRecord
}

func newScene(t *testing.T) *scene {
	t.Helper()
	d := dbtest.SQLite(t)
	h := webtest.NewHouse(t, d)
	h.Passwordless = true
	log := slog.New(slog.DiscardHandler)
	connections := db.NewConnectionStore(d)
	aliases := route.New(route.Parts{Store: db.NewAliasStore(d), Connections: connections, Tx: d, Audit: h.Audit, Bus: h.Bus, IDs: h.IDs, Clock: h.Clock, Log: log})
	accounts := provider.New(provider.Parts{Store: connections, Tx: d, Audit: h.Audit, Bus: h.Bus, Vault: h.Keyring, URLs: egress.New(egress.Config{}),
		Aliases: aliases, IDs: h.IDs, Clock: h.Clock, Log: log})
	s := &scene{House: h, acme: h.Found(t, "Acme"), store: db.NewReconcileStore(d), out: &biller{status: 200, body: `{"data":[],"has_more":false}`}}
	books := reconcile.New(reconcile.Parts{Store: s.store, Connections: connections, Tx: d, Audit: h.Audit, Vault: h.Keyring, Out: s.out, IDs: h.IDs, Clock: h.Clock, Log: log})
	s.site = h.Serve(t, append(reconcileweb.New(books).Routes(), webtest.Enter()))
	var err error
	s.account, err = accounts.Create(t.Context(), s.acme.Actor(org.Admin), provider.Input{Name: "eu", Kind: provider.OpenAI, Credential: secret.New("sk-test-0123456789")})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *scene) save(t *testing.T, daysAgo int, ours, theirs money.USD) reconcile.Date {
	t.Helper()
	day := reconcile.DateOf(s.Clock.Now().AddDate(0, 0, -daysAgo))
	err := s.store.Save(t.Context(), s.acme.Org.ID, reconcile.Day{Connection: s.account.ID, Day: day, Ours: ours, Theirs: theirs, Attempts: 3, ReadAt: s.Clock.Now(),
		OurLines: []reconcile.Line{{Item: "gpt-5.5", Cost: ours}}, TheirLines: []reconcile.Line{{Item: "<b>output</b>", Cost: theirs}}}, id.NewCorrection(s.IDs))
	if err != nil {
		t.Fatal(err)
	}
	return day
}

func TestACredentialIsSetReadWithAndRemoved(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	browser := webtest.As(t, s.site, s.acme.Members[org.Admin])
	page := "/reconcile/" + s.account.ID.String()
	if p := browser.Get("/reconcile"); !p.Has("eu", "No key", page) || p.Has("Last 30 days") {
		t.Errorf("before: %d\n%s", p.Status, p.Body)
	}
	if p := browser.Get(page); !p.Has("Admin API key", "Project id", "Nothing read yet") || p.Has("Read now") {
		t.Errorf("form: %d\n%s", p.Status, p.Body)
	}
	if p := browser.Post(page, url.Values{"narrow": {"proj_1"}}); p.Status != http.StatusUnprocessableEntity || !p.Has("Paste the admin key", `value="proj_1"`) {
		t.Errorf("without a key: %d\n%s", p.Status, p.Body)
	}
	if p := browser.Post(page, url.Values{"credential": {"sk-admin-0123456789"}, "narrow": {"proj_1"}}); p.Status != http.StatusSeeOther {
		t.Fatalf("set: %d\n%s", p.Status, p.Body)
	}
	if p := browser.Get(page); !p.Has("…6789", `value="proj_1"`, "Read now", "Waits for the night") || p.Has("sk-admin") {
		t.Errorf("after: %d\n%s", p.Status, p.Body)
	}
	if p := browser.Post(page+"/read", nil); p.Status != http.StatusSeeOther {
		t.Errorf("read: %d\n%s", p.Status, p.Body)
	}
	if p := browser.Get("/reconcile"); !p.Has("Nothing spent", ">Read<") {
		t.Errorf("read: %s", p.Body)
	}
	s.out.status = http.StatusUnauthorized
	if p := browser.Post(page+"/read", nil); p.Status != http.StatusBadGateway || !p.Has("refused the key (status 401)") {
		t.Errorf("refused: %d\n%s", p.Status, p.Body)
	}
	if p := browser.Get(page); !p.Has("The last reading failed", "status 401") {
		t.Errorf("trouble: %s", p.Body)
	}
	if p := browser.Post(page+"/remove", nil); p.Status != http.StatusSeeOther {
		t.Errorf("remove: %d", p.Status)
	}
	if p := browser.Get(page); !p.Has("No key", "Nothing spent") {
		t.Errorf("removed: %s", p.Body)
	}
}

func TestDifferencesAreSeenByDayAndLine(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bad := s.save(t, 2, 90*money.Cent, money.Dollar)
	s.save(t, 3, 99*money.Cent, money.Dollar)
	s.save(t, 4, 2*money.Dollar, money.Dollar)
	s.save(t, 40, money.Dollar, money.Dollar)
	browser := webtest.As(t, s.site, s.acme.Members[org.Admin])
	p := browser.Get("/reconcile")
	if !p.Has("Missing", "90.0 %", "Agrees", "99.0 %", "Excess", "200.0 %", "$0.10", "−$1.00") || p.Has(string(reconcile.DateOf(s.Clock.Now().AddDate(0, 0, -40)))) {
		t.Errorf("%s", p.Body)
	}
	p = browser.Get("/reconcile/" + s.account.ID.String() + "?day=" + string(bad))
	if !p.Has("Ours, by model", "gpt-5.5", "Theirs, by line item", "&lt;b&gt;output&lt;/b&gt;") {
		t.Errorf("%s", p.Body)
	}
	for _, day := range []string{"2020-01-01", "nonsense", "%3Cscript%3E"} {
		if p := browser.Get("/reconcile/" + s.account.ID.String() + "?day=" + day); p.Status != http.StatusOK || p.Has("Ours, by model") {
			t.Errorf("day %s: %d", day, p.Status)
		}
	}
	if p := webtest.As(t, s.site, s.acme.Members[org.Manager]).Get("/reconcile"); p.Status != http.StatusForbidden {
		t.Errorf("a manager: %d", p.Status)
	}
	api := s.Program(t, s.site, s.acme, org.Admin)
	if p := api.Get("/api/v1/reconcile"); !p.Has(`"ours_usd":"0.9"`, `"difference_usd":"0.1"`, `"captured_per_mille":900`, `"verdict":"missing"`) {
		t.Errorf("%d %s", p.Status, p.Body)
	}
	if p := api.Get("/api/v1/reconcile/" + s.account.ID.String() + "?day=" + string(bad)); !p.Has(`"their_lines":[{`, `"cost_usd":"1"`) {
		t.Errorf("%d %s", p.Status, p.Body)
	}
	for _, bad := range []string{"?from=yesterday", "?connection=con_x"} {
		if p := api.Get("/api/v1/reconcile" + bad); p.Status < 400 || p.Status >= 500 {
			t.Errorf("%s: %d", bad, p.Status)
		}
	}
}

func TestDaysOfADeletedConnectionCanBeRead(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bad := s.save(t, 2, 90*money.Cent, money.Dollar)
	if err := db.NewConnectionStore(s.DB).Delete(t.Context(), s.acme.Org.ID, s.account.ID); err != nil {
		t.Fatal(err)
	}
	browser, api := webtest.As(t, s.site, s.acme.Members[org.Admin]), s.Program(t, s.site, s.acme, org.Admin)
	day := "/reconcile/" + s.account.ID.String() + "?day=" + string(bad)
	if p := browser.Get("/reconcile"); !p.Has("A deleted connection", day) {
		t.Errorf("list: %d\n%s", p.Status, p.Body)
	}
	if p := browser.Get(day); p.Status != http.StatusOK || !p.Has("Deleted", "Ours, by model", "gpt-5.5") || p.Has("Credential for the report", "Remove key") {
		t.Errorf("day: %d\n%s", p.Status, p.Body)
	}
	if p := browser.Post("/reconcile/"+s.account.ID.String(), url.Values{"credential": {"sk-admin-0123456789"}}); p.Status != http.StatusNotFound {
		t.Errorf("a key for it: %d", p.Status)
	}
	for _, path := range []string{day, "?connection=" + s.account.ID.String()} {
		if p := api.Get("/api/v1/reconcile" + strings.TrimPrefix(path, "/reconcile")); p.Status != http.StatusOK || !p.Has(`"ours_usd":"0.9"`) {
			t.Errorf("%s: %d %s", path, p.Status, p.Body)
		}
	}
	other := id.NewConnection(s.IDs).String()
	for _, path := range []string{"/" + other, "?connection=" + other, "/" + other + "?day=" + string(bad)} {
		if p := api.Get("/api/v1/reconcile" + path); p.Status != http.StatusNotFound {
			t.Errorf("%s: %d %s", path, p.Status, p.Body)
		}
	}
}
