package gateway

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/pii"
)

// looker is a provider that finds names where it is asked to, and answers everybody else.
type looker struct {
	mu     sync.Mutex
	finds  string // what it says of names; "" is a failure
	looked []string
	asked  []string
}

// ServeHTTP implements http.Handler.
func (l *looker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b, _ := io.ReadAll(r.Body)
	l.mu.Lock()
	defer l.mu.Unlock()
	if !strings.Contains(string(b), "You find personal names") {
		l.asked = append(l.asked, string(b))
		says(answer)(w, r)
		return
	}
	l.looked = append(l.looked, string(b))
	if l.finds == "" {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	word, _ := json.Marshal(l.finds) // a string
	says(strings.Replace(answer, `"hello"`, string(word), 1))(w, r)
}

const (
	foundAda = `{"found":[{"kind":"name","text":"Ada Lovelace"},{"kind":"name","text":"x"},{"kind":"address","text":"12 Byron Street, London"}]}`
	aboutAda = `{"model":"smart","messages":[{"role":"user","content":"Ada Lovelace of 12 Byron Street, London, writes to ada@acme.test. Dear Ada Lovelace, not Ada Lovelaces!"}]}`
)

func named3(name, address, failing string) pii.Record {
	r := rule("name", name, "address", address, "email", "mask")
	r.Recognizer = pii.Recognizer{Model: "smart", Failing: failing}
	return r
}

func TestAModelLooksForNamesAndAddresses(t *testing.T) {
	t.Parallel()
	h, log := screened(t, named3("mask", "mask", ""))
	up := &looker{finds: foundAda}
	h.provide("up", up.ServeHTTP)
	for range 2 {
		if resp, body := h.ask(aboutAda); resp.StatusCode != 200 {
			t.Fatalf("%d %s %s", resp.StatusCode, body, log)
		}
	}
	if len(up.looked) != 1 || len(up.asked) != 2 {
		t.Fatalf("%d looks, %d requests", len(up.looked), len(up.asked))
	}
	if want := `[NAME_1] of [ADDRESS_1], writes to [EMAIL_1]. Dear [NAME_1], not Ada Lovelaces!`; !strings.Contains(up.asked[0], want) || up.asked[0] != up.asked[1] {
		t.Errorf("sent %s", up.asked[0])
	}
	if l := up.looked[0]; strings.Contains(l, "ada@acme.test") || !strings.Contains(l, `"strict":true`) || !strings.Contains(l, `"max_completion_tokens":4096`) || strings.Contains(l, `"max_tokens"`) || !strings.Contains(l, "Ada Lovelace") {
		t.Errorf("asked %s", l)
	}
}

// The daily bound on what looking costs is a budget of the purpose: it holds whatever the request around it is for.
func TestLookingForNamesHasItsOwnPurpose(t *testing.T) {
	t.Parallel()
	var many []string
	for n := range maxTags {
		many = append(many, fmt.Sprintf("t%02d=x", n))
	}
	for name, c := range map[string]struct{ key, header, value, beside string }{
		"a purpose":             {"", "X-Bodhi-Purpose", "triage", ""},
		"a tag":                 {"", "X-Bodhi-Tags", "project=x,purpose=triage", "project=x"},
		"the tag of a key":      {"project=y,purpose=batch", "X-Bodhi-User", "ada", "project=y"},
		"the only tag of a key": {"purpose=batch", "X-Bodhi-User", "ada", ""},
		"as many as may be":     {"", "X-Bodhi-Tags", strings.Join(many, ","), "t15=x"},
	} {
		h, _ := screened(t, named3("mask", "mask", ""))
		h.grant.Tags = c.key
		h.provide("up", (&looker{finds: foundAda}).ServeHTTP)
		if resp, body := h.ask(aboutAda, c.header, c.value); resp.StatusCode != 200 {
			t.Errorf("%s: %d %s", name, resp.StatusCode, body)
			continue
		}
		h.books.only(t, 2)
		tags := strings.Split(h.books.attempts[0].Tags, ",") // the look comes first
		if n := strings.Count(h.books.attempts[0].Tags, "purpose="); n != 1 || !slices.Contains(tags, "purpose=pii") || c.beside != "" && !slices.Contains(tags, c.beside) || !slices.IsSorted(tags) {
			t.Errorf("%s: looked with the tags %q", name, tags)
		}
		if strings.Contains(h.books.attempts[1].Tags, "purpose=pii") {
			t.Errorf("%s: asked with the tags %q", name, h.books.attempts[1].Tags)
		}
	}
}

// A dry run calls nobody, and costs nothing: not for names either.
func TestADryRunAsksNobodyForNames(t *testing.T) {
	t.Parallel()
	for _, failing := range []string{"", "block", "allow"} {
		h, _ := screened(t, named3("mask", "mask", failing))
		up := &looker{finds: foundAda}
		h.provide("up", up.ServeHTTP)
		resp, body := h.ask(aboutAda, "X-Bodhi-Dry-Run", "1")
		if resp.StatusCode != 200 || !strings.Contains(body, "no look for names and addresses") || len(up.looked)+len(up.asked) > 0 {
			t.Errorf("%q: %d %s, %d looks", failing, resp.StatusCode, body, len(up.looked))
		}
		if all := h.books.only(t, 1); all[0].Cost != 0 {
			t.Errorf("%q: it cost %s", failing, all[0].Cost)
		}
	}
}

func TestNamesThatNobodyCouldLookFor(t *testing.T) {
	t.Parallel()
	long := strings.Replace(aboutAda, "Ada", strings.Repeat("word ", pii.MostRecognized/4), 1)
	for name, c := range map[string]struct {
		rule        pii.Record
		finds, body string
		status      int
	}{
		"blocked, because names are masked": {named3("mask", "off", ""), "", aboutAda, 400},
		"let pass, because they are noted":  {named3("log", "warn", ""), "", aboutAda, 200},
		"let pass, as the rule says":        {named3("block", "block", "allow"), "", aboutAda, 200},
		"blocked, as the rule says":         {named3("log", "off", "block"), "", aboutAda, 400},
		"another form":                      {named3("mask", "off", ""), `Ada Lovelace`, aboutAda, 400},
		"too long":                          {named3("mask", "off", ""), foundAda, long, 400},
		"a name that is blocked":            {named3("block", "off", ""), foundAda, aboutAda, 400},
		"nothing found":                     {named3("block", "off", ""), `{"found":[]}`, aboutAda, 200},
		"names that stand nowhere":          {named3("block", "block", ""), `{"found":[{"kind":"name","text":"Bob Nobody"},{"kind":"address","text":"1 Nowhere Lane"}]}`, aboutAda, 200},
		"half of an answer":                 {named3("mask", "off", ""), `{"found":[{"kind":"name","te`, aboutAda, 400},
		"a list that is none":               {named3("mask", "off", ""), `{"found":"Ada"}`, aboutAda, 400},
		"a field that is missing":           {named3("log", "off", ""), `{"names":[]}`, aboutAda, 200},
		"no names wanted":                   {named3("off", "off", ""), "", aboutAda, 200},
	} {
		h, log := screened(t, c.rule)
		up := &looker{finds: c.finds}
		h.provide("up", up.ServeHTTP)
		resp, body := h.ask(c.body)
		if resp.StatusCode != c.status || c.status == 400 && len(up.asked) != 0 {
			t.Errorf("%s: %d %s", name, resp.StatusCode, body)
		}
		if strings.Contains(log.String(), "Lovelace") || strings.Contains(body, "Lovelace") {
			t.Errorf("%s: the name is in a log or an error", name)
		}
	}
}
