package wire

import (
	"bufio"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// sit is a browser at the dashboard.
type sit struct {
	*world
	cookie *http.Cookie
}

func (s sit) send(t *testing.T, method, path string, form url.Values) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(within(t, 30*time.Second), method, s.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.AddCookie(s.cookie)
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	return resp
}

// sitDown is the admin's browser, with an open playground.
func sitDown(t *testing.T, w *world) sit {
	t.Helper()
	s := sit{w, logIn(t, w.Gateway, "admin@acme.test", "correct horse battery staple")}
	resp := s.send(t, http.MethodPost, "/playground/open", url.Values{"team": {w.TeamID}})
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusSeeOther {
		t.Fatalf("open the playground: %d", resp.StatusCode)
	}
	return s
}

// Stopping an answer, or closing the tab, is the same thing here: the connection ends. The provider is left, what was streamed is
// booked on the person, and nothing stays held.
func TestStoppingInThePlaygroundStopsTheSpending(t *testing.T) {
	t.Parallel()
	w, d := dripping(t)
	s := sitDown(t, w)
	resp := s.send(t, http.MethodPost, "/playground/stream", url.Values{"team": {w.TeamID}, "model": {"smart"}, "role": {"user"}, "text": {"Tell me everything."}, "max_tokens": {"30000"}})
	in := bufio.NewReader(resp.Body)
	var heard, request string
	for !strings.Contains(heard, `data: "word"`) {
		line, err := in.ReadString('\n')
		if heard += line; err != nil {
			t.Fatalf("%v after %d %q", err, resp.StatusCode, heard)
		}
		if id, ok := strings.CutPrefix(line, `data: "req_`); ok {
			request = "req_" + strings.TrimSuffix(id, "\"\n")
		}
	}
	var before money.USD
	harness.Wait(t, "a hold", func() bool { _, before = w.standing(t); return before > 0 })
	_ = resp.Body.Close()
	select {
	case <-d.left:
	case <-time.After(10 * time.Second):
		t.Error("the provider still generates")
	}
	var requests struct {
		Data []struct {
			ID, Code, Client, Member string
			Output                   int64 `json:"output_tokens"`
		}
	}
	harness.Wait(t, "the request in the books", func() bool {
		w.manage(t, http.MethodGet, "/requests?limit=100", nil, http.StatusOK, &requests)
		return len(requests.Data) == 1
	})
	if r := requests.Data[0]; r.ID != request || r.Code != "client_closed" || r.Output == 0 || r.Client != "Playground" {
		t.Errorf("%+v, asked as %s", r, request)
	}
	harness.Wait(t, "nothing to be held", func() bool { _, held := w.standing(t); return held == 0 })
	if spent, _ := w.standing(t); spent <= 0 || spent >= before {
		t.Errorf("%s is booked of %s that was held", spent, before)
	}
	harness.Wait(t, "the page to learn what it came to", func() bool {
		resp := s.send(t, http.MethodGet, "/playground/answers?request="+request, nil)
		defer resp.Body.Close()
		b, _ := io.ReadAll(resp.Body)
		return resp.StatusCode == http.StatusOK && strings.Contains(string(b), "Stopped") && strings.Contains(string(b), "$0.")
	})
}

// The playground has no way past the books: a spent budget, a policy and the end of its session refuse it as they refuse a key.
func TestThePlaygroundIsBoundLikeAKey(t *testing.T) {
	t.Parallel()
	w := begin(t, "")
	s := sitDown(t, w)
	ask := func(model string) string {
		t.Helper()
		resp := s.send(t, http.MethodPost, "/playground/stream", url.Values{"team": {w.TeamID}, "model": {model}, "role": {"user"}, "text": {"Compare yourselves."}, "max_tokens": {"20"}})
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	if got := ask("sb/sandbox-chat"); !strings.Contains(got, "event: text") || !strings.Contains(got, "Answered") || !strings.Contains(got, "$0.") {
		t.Fatal(got)
	}
	if got := ask("nobody-has-this"); !strings.Contains(got, "nobody-has-this") || strings.Contains(got, "event: text") {
		t.Errorf("an unknown model: %s", got)
	}
	var keys struct {
		Data []struct{ ID, Name, Agent string }
	}
	w.manage(t, http.MethodGet, "/keys", nil, http.StatusOK, &keys)
	session := ""
	for _, k := range keys.Data {
		if k.Agent == "playground" {
			session = k.ID
		}
	}
	if session == "" {
		t.Fatalf("no session among %+v", keys.Data)
	}
	w.manage(t, http.MethodPost, "/budgets", map[string]any{"scope": session, "limit_usd": "0.000001", "period": "monthly", "enforcement": "hard"}, http.StatusCreated, nil)
	harness.Wait(t, "the budget to bind", func() bool { return strings.Contains(ask("sb/sandbox-chat"), "budget") })
	w.manage(t, http.MethodPost, "/keys/"+session+"/disable", nil, http.StatusOK, nil)
	harness.Wait(t, "the end of the session", func() bool { return strings.Contains(ask("sb/sandbox-chat"), "was disabled") })
}
