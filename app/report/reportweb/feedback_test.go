package reportweb_test

import (
	"testing"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/feedback"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
)

func TestARequestsPageShowsWhatWasSaidOfItsAnswer(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	k, other := s.key(t, "laptop", org.Developer), s.key(t, "other", org.Lead)
	r := s.answered(t, k, 1_000)
	browser := webtest.As(t, s.site, s.acme.Members[org.Developer])
	if p := browser.Get("/requests/" + r.String()); p.Status != 200 || p.Has("What the app said of the answer") {
		t.Fatalf("%d: nobody said anything\n%s", p.Status, p.Body)
	}
	good, score := true, 0.75
	w := feedback.Word{Request: r.String(), Good: &good, Score: &score, Comment: "<b>Right</b> at once."}
	if _, _, err := s.feedback.Give(t.Context(), other.Org, other.ID, w); fault.From(err).Code != "request_not_found" {
		t.Errorf("under another key: %v", err)
	}
	f, again, err := s.feedback.Give(t.Context(), k.Org, k.ID, w)
	if err != nil || again || f.Connection.IsZero() || f.Model != "gpt-5.5" {
		t.Fatalf("%+v %v %v", f, again, err)
	}
	if sums, err := s.feedback.Sums(t.Context()); err != nil || len(sums) != 1 || sums[0] != (feedback.Sum{Connection: f.Connection, Model: "gpt-5.5", Count: 1, Value: 750}) {
		t.Errorf("%+v %v", sums, err)
	}
	if p := browser.Get("/requests/" + r.String()); p.Status != 200 || !p.Has("What the app said of the answer", "Good", "0.75 of 1", "&lt;b&gt;Right&lt;/b&gt; at once.") {
		t.Errorf("%d\n%s", p.Status, p.Body)
	}
	api := s.house.Program(t, s.site, s.acme, org.Admin)
	if p := api.Get("/api/v1/requests/" + r.String()); p.Status != 200 || !p.Has(`"feedback":{"good":true,"score":0.75,"comment":`) {
		t.Errorf("%d %s", p.Status, p.Body)
	}
	refused := s.refused(t, k, "The budget is used up.")
	if _, _, err := s.feedback.Give(t.Context(), k.Org, k.ID, feedback.Word{Request: refused.String(), Good: &good}); fault.From(err).Code != "nothing_to_judge" {
		t.Errorf("of a refusal: %v", err)
	}
}
