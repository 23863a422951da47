package wire

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"

	"github.com/bodhi-gateway/bodhi/db/pgtest"
	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// pair is two gateways on one PostgreSQL and one Redis, in front of a sandbox, with its database within reach.
type pair struct {
	fleet
	database string
}

func startPair(t *testing.T) pair {
	t.Helper()
	redis := os.Getenv("TEST_REDIS_URL")
	if redis == "" {
		harness.Missing(t, "TEST_REDIS_URL is not set; scripts/services.sh sets it")
	}
	at, s := pgtest.Start(t).URL(), harness.StartSandbox(t)
	g := harness.Start(t, harness.Setup{Env: append(harness.OnPostgres(at), "REDIS_URL="+redis), Models: []string{"smart=sb/sandbox-chat"},
		Providers: []string{"name=sb,kind=sandbox,base-url=" + s.URL + ",key-env=E2E_KEY"}})
	return pair{fleet{t, g, []*harness.Gateway{g, g.Join(t)}}, at}
}

// lead adds a team lead with a key and a management token of their own.
func (f fleet) lead(name, team string) (memberID string, key madeKey, token string) {
	f.t.Helper()
	var made struct{ ID string }
	email := name + "@acme.test"
	f.manage(http.MethodPost, "/members", map[string]any{"name": name + " Canaryova", "email": email, "role": "lead", "teams": []string{team}, "password": password}, &made)
	f.manage(http.MethodPost, "/keys", map[string]any{"name": name, "team": team, "member": made.ID}, &key)
	for _, n := range f.nodes {
		harness.Wait(f.t, "the key to work", func() bool { return f.keyWorks(n, key) })
	}
	return made.ID, key, f.commandLine(logIn(f.t, f.nodes[0], email, password))
}

// say asks one node through the official client, and gives the request's id and what the cache did.
func (f fleet) say(n *harness.Gateway, key madeKey, text string, headers ...string) (request, cache string) {
	f.t.Helper()
	var resp *http.Response
	more := []option.RequestOption{option.WithBaseURL(n.ProxyURL), option.WithAPIKey(key.Secret), option.WithMaxRetries(0), option.WithResponseInto(&resp)}
	for i := 0; i+1 < len(headers); i += 2 {
		more = append(more, option.WithHeader(headers[i], headers[i+1]))
	}
	client := openai.NewClient(more...)
	if _, err := client.Chat.Completions.New(within(f.t, 20*time.Second), ask("smart", text)); err != nil {
		f.t.Fatal(err)
	}
	return resp.Header.Get("X-Bodhi-Request-Id"), resp.Header.Get("X-Bodhi-Cache")
}

// text reads what a request said, by program.
func (f fleet) text(n *harness.Gateway, token, request string) (status int, said string) {
	f.t.Helper()
	status, b := f.call(n, token, http.MethodPost, "/requests/"+request+"/text", nil)
	return status, string(b)
}

// TestKeptTextsAreReadByWhoMayAndGoWithTimeAndPerson goes from a team's wish to the last text, over two nodes.
func TestKeptTextsAreReadByWhoMayAndGoWithTimeAndPerson(t *testing.T) {
	t.Parallel()
	f := startPair(t)
	one, two := f.nodes[0], f.nodes[1]
	var other struct{ ID string }
	f.manage(http.MethodPost, "/teams", map[string]any{"name": "Others"}, &other)
	jana, laptop, own := f.lead("jana", f.TeamID)
	_, helper, lead := f.lead("lena", f.TeamID)
	_, _, foreign := f.lead("otto", other.ID)
	if request, _ := f.say(one, laptop, "question-before"); request == "" {
		t.Fatal("no request id")
	} else if status, said := f.text(one, own, request); status != http.StatusNotFound {
		t.Errorf("a text is kept that nobody wanted: %d %s", status, said)
	}
	f.manage(http.MethodPut, "/teams/"+f.TeamID+"/transcripts", map[string]any{"days": 14}, nil)
	kept := ""
	harness.Wait(t, "a text to be kept", func() bool {
		kept, _ = f.say(one, laptop, "question-canary")
		for end := time.Now().Add(2 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
			if status, _ := f.text(one, own, kept); status == http.StatusOK {
				return true
			}
		}
		return false
	})
	for who, token := range map[string]string{"the lead": lead, "who asked": own} {
		status, said := f.text(two, token, kept)
		var got struct {
			Messages []struct{ Role, Text string }
			Answer   string
		}
		if err := json.Unmarshal([]byte(said), &got); err != nil || status != http.StatusOK || len(got.Messages) != 1 || got.Messages[0].Text != "question-canary" || got.Answer == "" {
			t.Errorf("%s reads %d %s", who, status, said)
		}
	}
	missing, unknown := f.text(two, foreign, kept)
	if status, said := f.text(two, foreign, "req_01900000000070008000000000000000"); missing != http.StatusNotFound || status != missing || stripped(said) != stripped(unknown) {
		t.Errorf("another team's lead reads %d %s; of a request that is not there %d %s", missing, unknown, status, said)
	}

	raw := reach(t, "pgx", f.database)
	if _, err := raw.ExecContext(t.Context(), "UPDATE transcripts SET at = at - interval '15 days'"); err != nil {
		t.Fatal(err)
	}
	if status, said := f.text(two, lead, kept); status != http.StatusNotFound {
		t.Errorf("a text that is too old is read: %d %s", status, said)
	}

	// Answers are shared in the team, through Redis: what one node bought the other gives.
	f.manage(http.MethodPost, "/cache-policies", map[string]any{"name": "all", "mode": "exact", "sharing": "team", "ttl": "1h"}, nil)
	harness.Wait(t, "answers to be kept", func() bool { _, c := f.say(one, laptop, "is-it-on"); return c == "hit" })
	tag := "project=jana@acme.test"
	last, _ := f.say(one, laptop, "first-question", "X-Bodhi-Tags", tag)
	f.say(one, laptop, "second-question", "X-Bodhi-Tags", tag)
	harness.Wait(t, "the other node to know the answers", func() bool {
		_, first := f.say(two, helper, "first-question")
		_, second := f.say(two, helper, "second-question")
		return first == "hit" && second == "hit"
	})
	harness.Wait(t, "her last text to be kept", func() bool { status, _ := f.text(two, lead, last); return status == http.StatusOK })

	// What nodes post after an erasure is for its later passes; this is about what is in the books by then.
	booked := 0
	harness.Wait(t, "both requests with her address to be in the books", func() bool {
		return raw.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM requests WHERE tags LIKE '%jana@acme.test%'").Scan(&booked) == nil && booked == 2
	})

	f.manage(http.MethodPost, "/members/"+jana+"/erase", map[string]any{"email": "jana@acme.test", "reason": "asked for"}, nil)
	f.gone(laptop, time.Now())
	if status, said := f.text(two, lead, last); status != http.StatusNotFound {
		t.Errorf("the text of somebody who was erased is read: %d %s", status, said)
	}
	for i, q := range []string{"first-question", "second-question"} { // each asked on one node alone: a miss buys the answer anew
		if _, c := f.say(f.nodes[1-i], helper, q); c == "hit" {
			t.Errorf("node %d gives an answer that somebody bought who was erased", 2-i)
		}
	}
	var left int
	if err := raw.QueryRowContext(t.Context(), "SELECT (SELECT COUNT(*) FROM transcripts WHERE member_id = (SELECT member_id FROM erasures)) + (SELECT COUNT(*) FROM requests WHERE tags LIKE '%jana@acme.test%')").Scan(&left); err != nil || left != 0 {
		t.Errorf("%d rows are left, %v", left, err)
	}
	for i, n := range f.nodes {
		harness.Wait(t, "the journal and the snapshots of each node to forget her", func() bool { return !onDisk(t, n, "jana@acme.test") && !onDisk(t, n, "jana Canaryova") })
		t.Logf("node %d forgot her", i+1)
	}
}

// stripped is a problem without what is different in each.
func stripped(problem string) string {
	var out map[string]any
	if json.Unmarshal([]byte(problem), &out) != nil {
		return problem
	}
	delete(out, "instance")
	delete(out, "request_id")
	b, _ := json.Marshal(out)
	return string(b)
}

// onDisk reports whether any file of a node says a word.
func onDisk(t *testing.T, n *harness.Gateway, word string) (found bool) {
	t.Helper()
	err := filepath.WalkDir(n.Dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil // it may go meanwhile
		}
		raw, err := os.ReadFile(path)
		found = found || err == nil && strings.Contains(string(raw), word)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
