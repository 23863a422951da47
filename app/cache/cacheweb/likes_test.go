package cacheweb_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/cache"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
)

// alike lets a member ask, and says whether a like question's answer was given.
func (s *scene) alike(t *testing.T, m org.Member, text string) bool {
	t.Helper()
	c, err := openai.Dialect{}.Decode(llm.Ask{Operation: llm.Chat, Body: []byte(`{"model":"smart","messages":[{"role":"user","content":"` + text + `"}]}`)})
	if err != nil {
		t.Fatal(err)
	}
	slot, why := s.desk.Seek(&cache.Ask{Chain: org.Chain{Org: s.acme.Org.ID, Team: s.acme.Team, Member: m.ID}, Call: c, Models: []string{"gpt"}})
	if slot == nil {
		t.Fatal("not kept: " + why)
	}
	l := s.desk.Alike(t.Context(), slot)
	if l == nil {
		return false
	}
	if !s.desk.Saw(slot, l, id.NewRequest(s.house.IDs), l.Serve) {
		t.Fatal("it cannot be written down")
	}
	if err := s.desk.Tell(t.Context()); err != nil {
		t.Fatal(err)
	}
	return l.Serve
}

func TestAPolicyOfLikeQuestions(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	browser := webtest.As(t, s.site, s.acme.Members[org.Admin])
	team := s.acme.Team.String()
	for name, x := range map[string]struct {
		typed url.Values
		says  string
	}{
		"no judge":        {with(docs, "scope", team, "like", "verified", "embedder", "my-embedder"), "Name one, as clients ask for it"},
		"three decimals":  {with(docs, "scope", team, "like", "relaxed", "threshold", "0.875", "embedder", "my-embedder"), "in steps of 0.01"},
		"an odd cosine":   {with(docs, "scope", team, "like", "relaxed", "threshold", "7", "embedder", "my-embedder"), "a cosine from 0.5 to 1"},
		"an odd likeness": {with(docs, "scope", team, "like", "vectors", "embedder", "my-embedder"), "are &#34;off&#34;, or found in the mode"},
	} {
		if p := browser.Post("/cache-policies", x.typed); p.Status != http.StatusUnprocessableEntity || !p.Has(x.says, `value="my-embedder"`) {
			t.Errorf("%s: %d\n%s", name, p.Status, p.Body)
		}
	}
	if p := browser.Post("/cache-policies", with(docs, "scope", team, "like", "verified", "judge", "fast", "threshold", "0.95")); p.Status != http.StatusSeeOther {
		t.Fatalf("a whole one: %d\n%s", p.Status, p.Body)
	}
	if p := browser.Get("/cache-policies"); !p.Has("like questions: verified") {
		t.Errorf("list: %s", p.Body)
	}
	all, _ := s.cache.List(t.Context(), s.acme.Actor(org.Admin))
	if p := browser.Get("/cache-policies/" + all[0].ID.String() + "/edit"); !p.Has(`value="0.95"`, `value="fast"`) {
		t.Errorf("edit: %s", p.Body)
	}
	api := s.house.Program(t, s.site, s.acme, org.Admin)
	path := "/api/v1/cache-policies/" + all[0].ID.String()
	if p := api.Get(path); !p.Has(`"like":"verified"`, `"threshold":0.95`, `"judge":"fast"`) {
		t.Errorf("%d %s", p.Status, p.Body)
	}
	if p := api.JSON(http.MethodPatch, path, `{"like":"relaxed","threshold":0.8}`); p.Status != http.StatusOK || !p.Has(`"like":"relaxed"`, `"threshold":0.8`, `"judge":""`) {
		t.Errorf("%d %s", p.Status, p.Body)
	}
	if p := api.JSON(http.MethodPatch, path, `{"threshold":0.2}`); p.Status != http.StatusBadRequest || !p.Has("threshold") {
		t.Errorf("%d %s", p.Status, p.Body)
	}
	if p := api.JSON(http.MethodPatch, path, `{"like":"off"}`); p.Status != http.StatusOK || !p.Has(`"like":"off"`, `"threshold":0`) {
		t.Errorf("%d %s", p.Status, p.Body)
	}
}

func TestLikeQuestionsAreJudgedByThoseWhoMayReadThem(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	admin, dev := webtest.As(t, s.site, s.acme.Members[org.Admin]), webtest.As(t, s.site, s.acme.Members[org.Developer])
	if p := admin.Get("/cache/likes"); !p.Has("No like questions yet") {
		t.Errorf("empty: %d\n%s", p.Status, p.Body)
	}
	in := cache.Input{Scope: org.OfOrg(s.acme.Org.ID), Name: "all", Settings: cache.Settings{Mode: cache.Exact, Sharing: cache.User, TTL: time.Hour, Warmest: 100, Like: cache.Like{Mode: cache.Relaxed}}}
	if _, err := s.cache.Create(t.Context(), s.acme.Actor(org.Admin), in); err != nil {
		t.Fatal(err)
	}
	s.reload(t)
	s.desk.Seen = s.cache
	member := s.acme.Members[org.Developer]
	s.asks(t, member, "How do I center a div in CSS?")
	if err := s.desk.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !s.alike(t, member, "CSS centering div") || !s.alike(t, member, "how can I center a div in CSS") {
		t.Fatal("both were to be given")
	}
	list, _, _ := s.cache.Sightings(t.Context(), s.acme.Actor(org.Admin), cache.LikeQuery{})
	if len(list) != 2 || list[0].Readable || list[0].Mine != "" {
		t.Fatalf("an admin reads a member's own: %+v", list)
	}
	var strict, relaxed cache.Seen
	for _, x := range list {
		if x.Strict {
			strict = x
		} else {
			relaxed = x
		}
	}
	if p := dev.Get("/cache/likes"); !p.Has("CSS centering div", "was answered: How do I center a div in CSS?", "strict, 1.00", "Given", "$0.02", "relaxed from 0.90") {
		t.Errorf("the member:\n%s", p.Body)
	}
	if p := admin.Get("/cache/likes?mode=strict"); p.Has("centering") || !p.Has("Not yours to read") {
		t.Errorf("an admin:\n%s", p.Body)
	}
	if p := dev.Get("/cache"); !p.Has("Popular like questions", "How do I center a div in CSS?", "$0.02") {
		t.Errorf("groups:\n%s", p.Body)
	}
	if p := admin.Get("/cache"); !p.Has("Popular like questions", "Not yours to read") || p.Has("center a div") {
		t.Errorf("groups, to an admin:\n%s", p.Body)
	}
	if p := webtest.As(t, s.site, s.acme.Members[org.Lead]).Get("/cache"); p.Has("Popular like questions") {
		t.Errorf("groups, to somebody else:\n%s", p.Body)
	}
	own := "/cache/entries/" + relaxed.Entry.String()
	if p := dev.Get(own); !p.Has("CSS centering div", "/cache/likes/"+relaxed.ID.String()+"/judge", `value="wrong"`) {
		t.Errorf("its own page:\n%s", p.Body)
	}
	if p := admin.Get(own); !p.Has("Like questions that it was found for") || p.Has("centering") || p.Has(`value="wrong"`) {
		t.Errorf("its own page, to an admin:\n%s", p.Body)
	}
	if p := dev.Get("/cache/likes?entry=" + cache.Key{7}.String()); p.Has("centering") || !p.Has("No pairs here") {
		t.Errorf("another entry:\n%s", p.Body)
	}
	if p := dev.Get("/cache/likes?threshold=9"); p.Status != http.StatusUnprocessableEntity || !p.Has("a cosine from 0.5 to 1", `value="9"`) {
		t.Errorf("an odd threshold: %d\n%s", p.Status, p.Body)
	}
	judge := func(b *webtest.Client, x cache.Seen, verdict string) int {
		return b.Post("/cache/likes/"+x.ID.String()+"/judge", url.Values{"verdict": {verdict}}).Status
	}
	if got := judge(admin, relaxed, "wrong"); got != http.StatusForbidden {
		t.Errorf("an admin judges what they cannot read: %d", got)
	}
	if got := judge(webtest.As(t, s.site, s.acme.Members[org.Lead]), relaxed, "wrong"); got != http.StatusNotFound {
		t.Errorf("somebody else: %d", got)
	}
	if got := judge(dev, relaxed, "perhaps"); got != http.StatusUnprocessableEntity && got != http.StatusBadRequest {
		t.Errorf("an odd verdict: %d", got)
	}
	if got := judge(dev, strict, "right"); got != http.StatusSeeOther {
		t.Errorf("right: %d", got)
	}
	if got := judge(dev, relaxed, "wrong"); got != http.StatusSeeOther {
		t.Errorf("wrong: %d", got)
	}
	if p := dev.Get("/cache/likes"); !p.Has("Its answer was cleared", "wrong, says", "right, says") || p.Has("centering") {
		t.Errorf("after it was cleared:\n%s", p.Body)
	}
	s.reload(t)
	if s.asks(t, member, "How do I center a div in CSS?") {
		t.Error("the answer is given still")
	}
	if s.alike(t, member, "CSS centering div") || !s.alike(t, member, "how can I center a div in CSS") {
		t.Error("strict pairs only, from now on")
	}
	snap, _ := s.store.Snapshot(t.Context())
	if len(snap.Demands) != 1 || snap.Demands[0].Demand != cache.StrictOnly || snap.Demands[0].Prefix != relaxed.Prefix {
		t.Errorf("%+v", snap.Demands)
	}
	trail, err := s.house.Audit.List(t.Context(), s.acme.Actor(org.Admin), 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	served, judged := 0, 0
	for _, e := range trail {
		switch e.Action {
		case "cache.like_served":
			if served++; !strings.Contains(e.After, `"similarity":"`) || !strings.Contains(e.After, `"asked":"`) || !strings.Contains(e.After, `"answered":"`) || strings.Contains(e.After, "CSS") {
				t.Errorf("%s", e.After)
			}
		case "cache.like_judged":
			judged++
		}
	}
	if served != 3 || judged != 2 {
		t.Errorf("%d served and %d judged are in the audit log", served, judged)
	}
	api := s.house.Program(t, s.site, s.acme, org.Admin)
	if p := api.Get("/api/v1/cache/likes?limit=1"); p.Status != http.StatusOK || !p.Has(`"has_more":true`, `"served":true`) || p.Has("center") {
		t.Errorf("%d %s", p.Status, p.Body)
	}
	if p := api.Get("/api/v1/cache/likes/simulation?mode=relaxed&threshold=0.9"); p.Status != http.StatusOK || !p.Has(`"found":3`, `"wrong":1`, `"right":1`, `"saved_usd":"0.036"`) {
		t.Errorf("%d %s", p.Status, p.Body)
	}
	for _, list := range []string{"/api/v1/cache/likes", "/api/v1/cache/entries"} {
		for _, after := range []string{"two", "-1", "1e9", "100001"} {
			if p := api.Get(list + "?after=" + after); p.Status != http.StatusBadRequest || !p.Has("after is the next of the page before") {
				t.Errorf("%s after %s: %d %s", list, after, p.Status, p.Body)
			}
		}
		if p := api.Get(list + "?after=1"); p.Status != http.StatusOK {
			t.Errorf("%s: %d %s", list, p.Status, p.Body)
		}
	}
	if p := api.Get("/api/v1/cache/likes/simulation?mode=verified"); p.Status != http.StatusBadRequest {
		t.Errorf("%d %s", p.Status, p.Body)
	}
}
