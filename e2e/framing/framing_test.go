package framing

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// door is one of the servers behind the listeners, and a request that it understands.
type door struct {
	name, address, post, get, head, body string
	keyed                                bool // nobody is answered without a key
}

const (
	// prompt is how long a connection that may say more is listened to after its last answer; patience is how long for the first.
	prompt   = 400 * time.Millisecond
	patience = 20 * time.Second
	// silent is how long nothing must come where nothing has to.
	silent = 700 * time.Millisecond
	// fewest is how many ways to write a request there must be.
	fewest = 60
)

// Requests that a proxy in front may read differently are refused or end the connection; none answers a request hidden in another,
// none reaches somebody else's key, none breaks the program.
func TestNoRequestHidesInAnother(t *testing.T) {
	t.Parallel()
	figures := harness.FreeAddress(t)
	g := harness.Start(t, harness.Setup{Env: []string{"BODHI_METRICS_ADDR=" + figures}})
	main := strings.TrimPrefix(g.URL, "http://")
	victim, secret := another(t, g)
	const plain = "Host: gateway\r\nContent-Type: application/json\r\n"
	const chat = `{"model":"sandbox/sandbox-chat","max_tokens":5,"messages":[{"role":"user","content":"hi"}]}`
	doors := []door{
		{"data plane", main, "/t/acme/v1/chat/completions", "/t/acme/v1/models", plain + "Authorization: Bearer " + g.VirtualKey + crlf, chat, true},
		{"pages", main, "/log-in", "/log-in", "Host: gateway\r\nContent-Type: application/x-www-form-urlencoded\r\n", "email=a%40acme.test&password=x", false},
		{"management API", main, "/api/v1/inbox/read", "/api/v1/teams", plain + "Authorization: Bearer " + g.AdminToken + crlf, "{}", true},
		{"metrics", figures, "/metrics", "/metrics", plain, "{}", false},
	}
	hidden := fmt.Sprintf("POST /t/acme/v1/chat/completions HTTP/1.1\r\n%sAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n%s", plain, secret, len(chat), chat)
	all := rows()
	if len(all) < fewest {
		t.Errorf("%d rows, want %d", len(all), fewest)
	}
	t.Run("at", func(t *testing.T) {
		for _, d := range doors {
			for _, r := range all {
				t.Run(d.name+"/"+r.name, func(t *testing.T) {
					t.Parallel()
					judge(t, r, d, strings.NewReplacer("@POST", "POST "+d.post, "@GET", "GET "+d.get, "@ABSOLUTE", "POST http://gateway"+d.post, "@HEAD", d.head, "@BODY", d.body,
						"@SIZE", strconv.Itoa(len(d.body)), "@HEX", strconv.FormatInt(int64(len(d.body)), 16), "@HIDDENSIZE", strconv.Itoa(len(hidden)), "@HIDDEN", hidden, "@VICTIM", secret).Replace(r.bytes))
				})
			}
		}
	})
	if status := asked(t, g, http.MethodPost, g.ProxyURL+"/chat/completions", secret, chat, nil); status != http.StatusOK {
		t.Errorf("afterwards the other key is answered %d", status)
	}
	var booked struct {
		Data []struct{ ID string }
	}
	harness.Wait(t, "the other key's own request to be in the books", func() bool {
		asked(t, g, http.MethodGet, g.URL+"/api/v1/requests?key="+victim, g.AdminToken, "", &booked)
		return len(booked.Data) > 0
	})
	if len(booked.Data) != 1 {
		t.Errorf("%d requests of the other key are in the books, and it sent one", len(booked.Data))
	}
	for _, word := range []string{"panic", "request failed inside", "level=ERROR"} {
		if at := strings.Index(g.Log(), word); at >= 0 {
			t.Errorf("the log says %s", g.Log()[at:min(len(g.Log()), at+500)])
		}
	}
}

// judge sends a row and looks at what comes back.
func judge(t *testing.T, r row, d door, text string) {
	t.Helper()
	answers, ended := exchange(t, d.address, text, r)
	for i, a := range answers {
		if a.StatusCode >= 500 && a.StatusCode != http.StatusNotImplemented && a.StatusCode != http.StatusHTTPVersionNotSupported {
			t.Errorf("answer %d says that it is our fault: %d", i+1, a.StatusCode)
		}
		if l := a.Header.Get("Location"); l != "" && (!strings.HasPrefix(l, "/") || strings.HasPrefix(l, "//")) {
			t.Errorf("it leads to %q", l)
		}
		if a.Header.Get("X-Secret") != "" || a.Header.Get("Upgrade") != "" {
			t.Errorf("it answers with %v", a.Header)
		}
	}
	served := len(answers)
	for served > 1 && r.want != each && unread(answers[served-1]) { // what follows was not understood, and so not served
		served--
	}
	switch {
	case r.want == each && served != r.count:
		t.Errorf("%d answers to %d requests", served, r.count)
	case r.want == each && d.keyed && answers[1].StatusCode != http.StatusUnauthorized:
		t.Errorf("the second was answered %d with the first one's key", answers[1].StatusCode)
	case r.want != each && served > 1:
		t.Errorf("%d answers, the last %d: what was hidden was served", len(answers), answers[len(answers)-1].StatusCode)
	case r.want == refused && served == 0 && !ended:
		t.Error("no answer, and the connection stays open")
	case (r.want == refused || r.want == never) && served == 1 && answers[0].StatusCode < 400:
		t.Errorf("answered %d", answers[0].StatusCode)
	case (r.want == once || r.want == closed) && served != 1:
		t.Error("no answer")
	case r.want == closed && !ended:
		t.Errorf("answered %d, and the connection stays open", answers[0].StatusCode)
	}
}

// unread reports whether an answer is net/http's own to something that is no request.
func unread(a *http.Response) bool {
	return a.StatusCode == http.StatusBadRequest && a.Header.Get("Content-Type") == "text/plain; charset=utf-8" && a.Close
}

// exchange sends a text and reads answers until the connection ends or says nothing for a while.
func exchange(t *testing.T, address, text string, r row) (answers []*http.Response, ended bool) {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	go func() { _, _ = io.WriteString(c, text) }() // a server that refuses a head may not read all of it
	in := bufio.NewReader(c)
	wait := patience
	if r.want == never {
		wait = silent
	}
	for {
		_ = c.SetReadDeadline(time.Now().Add(wait))
		a, err := http.ReadResponse(in, nil)
		if err != nil {
			return answers, !errors.Is(err, os.ErrDeadlineExceeded)
		}
		_, err = io.Copy(io.Discard, a.Body)
		if a.StatusCode < 200 {
			continue
		}
		answers = append(answers, a)
		if err != nil {
			return answers, !errors.Is(err, os.ErrDeadlineExceeded)
		}
		if wait = prompt; len(answers) < r.count || r.want == closed {
			wait = patience
		}
	}
}

// another makes a second key of the same team and gives its id and its secret, once the gateway knows it.
func another(t *testing.T, g *harness.Gateway) (key, secret string) {
	t.Helper()
	var k struct{ ID, Secret string }
	asked(t, g, http.MethodPost, g.URL+"/api/v1/keys", g.AdminToken, `{"name":"other","team":"`+g.TeamID+`","account":"other app"}`, &k)
	if k.ID == "" || k.Secret == "" {
		t.Fatal("no key was made")
	}
	harness.Wait(t, "the new key to be known", func() bool {
		return asked(t, g, http.MethodGet, g.ProxyURL+"/models", k.Secret, "", nil) == http.StatusOK
	})
	return k.ID, k.Secret
}

// asked sends an ordinary request and reads its JSON into out, if there is one.
func asked(t *testing.T, g *harness.Gateway, method, url, bearer, body string, out any) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+bearer)
	r.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if out != nil {
		if err := json.NewDecoder(resp.Body).Decode(out); err != nil {
			t.Fatal(err)
		}
	}
	return resp.StatusCode
}
