package browser

import (
	"html"
	"io"
	"net/http"
	"regexp"
	"strings"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// mailed is a letter of the mailbox, as its page shows it.
type mailed string

var (
	inBox  = regexp.MustCompile(`(?s)href="(/dev/mail/[^"/]+)"[^>]*>\s*([^<]+?)\s*</a>.*?</tr>`)
	linked = regexp.MustCompile(`class="b-break" href="([^"]+)"`)
)

// link is the first one of a letter that holds a part; "" without.
func (m mailed) link(part string) string {
	for _, l := range linked.FindAllStringSubmatch(string(m), -1) {
		if to := html.UnescapeString(l[1]); strings.Contains(to, part) {
			return to
		}
	}
	return ""
}

// letterTo is the newest letter to an address whose subject holds some words; "" while there is none.
func (q *quarter) letterTo(address, words string) mailed {
	q.t.Helper()
	for _, row := range inBox.FindAllStringSubmatch(q.read("/dev/mail"), -1) {
		if strings.Contains(row[0], address) && strings.Contains(html.UnescapeString(row[2]), words) {
			return mailed(q.read(row[1]))
		}
	}
	return ""
}

// mail waits for a letter to an address.
func (q *quarter) mail(address, words string) (m mailed) {
	q.t.Helper()
	harness.Wait(q.t, "a letter to "+address+": "+words, func() bool { m = q.letterTo(address, words); return m != "" })
	return m
}

// read is a page for everybody.
func (q *quarter) read(path string) string {
	q.t.Helper()
	resp, err := http.Get(q.s.URL + path)
	if err != nil {
		q.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		q.t.Fatal(err)
	}
	return string(text)
}

// knows asks the data plane whether a key is good.
func (q *quarter) knows(secret string) bool {
	q.t.Helper()
	r, err := http.NewRequestWithContext(q.t.Context(), http.MethodGet, q.base+"/key", nil)
	if err != nil {
		q.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+secret)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		q.t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}
