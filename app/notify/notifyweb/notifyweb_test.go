package notifyweb_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/notify"
	"github.com/bodhi-gateway/bodhi/app/notify/notifyweb"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

var line = regexp.MustCompile(`/inbox/(ntc_[a-z0-9]+)/read`)

func TestPeopleReadTheirInbox(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	h := webtest.NewHouse(t, d)
	h.Passwordless = true
	acme := h.Found(t, "Acme")
	store := db.NewNoticeStore(d)
	service := notify.New(store, h.Clock)
	post := &notify.Post{Store: store, IDs: h.IDs, Clock: h.Clock}
	site := h.Serve(t, append(notifyweb.New(service).Routes(), webtest.Enter()))
	tell := func(m org.Member, title, href string) {
		t.Helper()
		if err := post.Tell(t.Context(), acme.Org.ID, []id.Member{m.ID}, notify.Asked, title, href, title); err != nil {
			t.Fatal(err)
		}
	}
	for role, m := range acme.Members {
		who := webtest.As(t, site, m)
		if p := who.Get("/inbox"); p.Status != http.StatusOK || !p.Has("Nothing yet") || p.Has("Mark all as read") {
			t.Errorf("%s, empty: %d", role, p.Status)
		}
		tell(m, "for <b>"+string(role)+"</b>", "/approvals#ask-1")
		p := who.Get("/inbox")
		at := line.FindStringSubmatch(p.Body)
		if at == nil || strings.Count(p.Body, `<li class="b-ask"`) != 1 || !p.Has("for &lt;b&gt;"+string(role)) {
			t.Fatalf("%s:\n%s", role, p.Body)
		}
		if p := who.Post("/inbox/"+at[1]+"/read", url.Values{"open": {"yes"}}); p.Status != http.StatusSeeOther || p.Location != "/approvals#ask-1" {
			t.Errorf("%s opens it: %d %s", role, p.Status, p.Location)
		}
		if p := who.Get("/inbox?show=unread"); !p.Has("All read") {
			t.Errorf("%s: it stayed unread\n%s", role, p.Body)
		}
		if p := webtest.As(t, site, acme.Outsider).Post("/inbox/"+at[1]+"/read", nil); p.Status != http.StatusNotFound {
			t.Errorf("somebody else opens it: %d", p.Status)
		}
	}
	admin := acme.Members[org.Admin]
	for i := range notify.DefaultLimit {
		tell(admin, fmt.Sprint("event ", i), "/health")
	}
	who := webtest.As(t, site, admin)
	p := who.Get("/inbox")
	older := regexp.MustCompile(`/inbox\?before=ntc_[a-z0-9]+`).FindString(p.Body)
	if older == "" || !p.Has("event 49", "Mark all as read") || p.Has("for &lt;b&gt;") {
		t.Fatalf("the first page:\n%s", p.Body)
	}
	if p := who.Get(older); !p.Has("for &lt;b&gt;admin") || p.Has("event 49") {
		t.Errorf("the second page:\n%s", p.Body)
	}
	if p := who.Get(older); !p.Has(`name="back" value="` + older + `"`) {
		t.Errorf("its forms lead elsewhere:\n%s", p.Body)
	}
	for back, want := range map[string]string{"/inbox?show=unread": "/inbox?show=unread", "//elsewhere.test": "/inbox"} {
		if p := who.Post("/inbox/"+line.FindStringSubmatch(p.Body)[1]+"/read", url.Values{"back": {back}}); p.Status != http.StatusSeeOther || p.Location != want {
			t.Errorf("read, back to %s: %d %s", back, p.Status, p.Location)
		}
	}
	if p := who.Post("/inbox/read", nil); p.Status != http.StatusSeeOther || p.Location != "/inbox" {
		t.Errorf("all: %d %s", p.Status, p.Location)
	}
	if n, err := service.Unread(t.Context(), acme.Actor(org.Admin)); n != 0 || err != nil {
		t.Errorf("%d unread, %v", n, err)
	}
	for _, bad := range []string{"/inbox/x/read", "/inbox/ntc_00000000000000000000000000/read"} {
		if p := who.Post(bad, nil); p.Status != http.StatusNotFound {
			t.Errorf("%s: %d", bad, p.Status)
		}
	}
	if p := who.Get("/inbox?before=nonsense&show=nonsense"); !p.Has("event 49") {
		t.Errorf("a made-up place: %d", p.Status)
	}
}

func TestATokenOfNobodyHasNoInbox(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	h := webtest.NewHouse(t, d)
	s := notify.New(db.NewNoticeStore(d), h.Clock)
	nobody := org.System(id.NewOrg(h.IDs), "test")
	if all, more, err := s.List(t.Context(), nobody, notify.Query{}); len(all) != 0 || more || err != nil {
		t.Errorf("list: %+v %v", all, err)
	}
	if n, err := s.ReadAll(t.Context(), nobody); n != 0 || err != nil {
		t.Errorf("it reads all: %d, %v", n, err)
	}
	if _, err := s.Read(t.Context(), nobody, id.NewNotice(h.IDs)); !fault.Is(err, fault.NotFound) {
		t.Errorf("it reads one: %v", err)
	}
	if n, err := s.Unread(t.Context(), nobody); n != 0 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if _, err := s.Unread(t.Context(), org.Actor{}); err == nil {
		t.Error("a stranger counts")
	}
}

func TestNewsAreMarkedUntilOneHasLooked(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	h := webtest.NewHouse(t, d)
	h.Passwordless = true
	acme := h.Found(t, "Acme")
	s := notify.New(db.NewNoticeStore(d), h.Clock)
	fresh := func(role org.Role, version string) bool {
		t.Helper()
		yes, err := s.News(t.Context(), acme.Actor(role), version)
		if err != nil {
			t.Fatal(err)
		}
		return yes
	}
	site := h.Serve(t, append(notifyweb.News{Inbox: s, Version: "1.2.0", HTML: func() (string, error) { return "<h2>Added</h2>", nil }}.Routes(), webtest.Enter()))
	for range 2 {
		if p := webtest.As(t, site, acme.Members[org.Viewer]).Get("/whats-new"); p.Status != http.StatusOK || !p.Has("version 1.2.0", "<h2>Added</h2>") {
			t.Errorf("%d\n%s", p.Status, p.Body)
		}
	}
	if fresh(org.Viewer, "1.2.0") || !fresh(org.Viewer, "1.3.0") || !fresh(org.Admin, "1.2.0") {
		t.Error("the mark is not each person's and version's own")
	}
	if yes, err := s.News(t.Context(), org.System(acme.Org.ID, "test"), "1.2.0"); yes || err != nil {
		t.Errorf("a token of nobody: %v %v", yes, err)
	}
}
