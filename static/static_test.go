package static

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestEveryNameIsServedUnderItsOwnURLAndKeptForGood(t *testing.T) {
	t.Parallel()
	for _, name := range Names() {
		w := get(URL(name), "")
		if w.Code != http.StatusOK {
			t.Fatalf("%s at %s: status %d", name, URL(name), w.Code)
		}
		if got := w.Header().Get("Cache-Control"); !strings.Contains(got, "immutable") {
			t.Errorf("%s: Cache-Control %q", name, got)
		}
		if !bytes.Equal(w.Body.Bytes(), stock().byName[name].body) {
			t.Errorf("%s: another body than the embedded one", name)
		}
	}
}

func TestCompressedAnswersHoldTheSameBytes(t *testing.T) {
	t.Parallel()
	plain := get(URL("app.css"), "")
	zipped := get(URL("app.css"), "deflate, gzip;q=0.9")
	if zipped.Header().Get("Content-Encoding") != "gzip" {
		t.Fatal("gzip was accepted and not used")
	}
	r, err := gzip.NewReader(zipped.Body)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(r)
	if err != nil || !bytes.Equal(body, plain.Body.Bytes()) {
		t.Errorf("gzip holds other bytes (%v)", err)
	}
	if got := get(URL("app.css"), "gzip;q=0").Header().Get("Content-Encoding"); got != "" {
		t.Errorf("gzip was refused by the client and used: %q", got)
	}
}

func TestAnUnknownPathOrMethodIsRefused(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/static/app.css", "/static/", "/static/../static.go", "/static/vendor/tabler.css", URL("nothing.js")} {
		if w := get(path, ""); w.Code != http.StatusNotFound {
			t.Errorf("%s: status %d", path, w.Code)
		}
	}
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, httptest.NewRequest(http.MethodPost, URL("app.css"), nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: status %d", w.Code)
	}
}

// The first visit of quality.md: 150 KB compressed for everything, of which the page itself needs a share.
func TestTheFirstVisitIsLight(t *testing.T) {
	t.Parallel()
	if m := Missing(); len(m) > 0 {
		t.Fatalf("static/vendor lacks %v: run npm ci && node scripts/vendor.mjs", m)
	}
	total := 0
	for _, name := range Names() {
		if name == "sse.js" { // loaded only by pages that stream
			continue
		}
		total += get(URL(name), "gzip").Body.Len()
	}
	if limit := 90 << 10; total > limit {
		t.Errorf("all files together are %d bytes of gzip, more than %d", total, limit)
	}
}

func TestColoursLiveInTokensOnly(t *testing.T) {
	t.Parallel()
	colour := regexp.MustCompile(`(?i)#[0-9a-f]{3,8}\b|\b(rgb|rgba|hsl|hsla|oklch|lab|lch)\(\s*[0-9.]|:\s*(white|black|red|green|blue|gr[ae]y)\b`)
	sheets, err := files.ReadDir("css")
	if err != nil {
		t.Fatal(err)
	}
	for _, sheet := range sheets {
		text, err := files.ReadFile("css/" + sheet.Name())
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(bytes.TrimSpace(comments.ReplaceAll(text, nil)), []byte("@layer ")) {
			t.Errorf("css/%s: rules outside a layer", sheet.Name())
		}
		if sheet.Name() == "tokens.css" {
			continue
		}
		if found := colour.Find(comments.ReplaceAll(text, nil)); found != nil {
			t.Errorf("css/%s has the colour %q; give it a name in tokens.css", sheet.Name(), found)
		}
	}
}

func TestEveryTokenThatRulesUseExists(t *testing.T) {
	t.Parallel()
	css := stock().byName["app.css"].body
	defined := map[string]bool{}
	for _, m := range regexp.MustCompile(`(--b-[a-z0-9-]+)\s*:`).FindAllSubmatch(css, -1) {
		defined[string(m[1])] = true
	}
	for _, m := range regexp.MustCompile(`var\((--b-[a-z0-9-]+)\)`).FindAllSubmatch(css, -1) {
		if !defined[string(m[1])] {
			t.Errorf("%s is used and never set", m[1])
		}
	}
}

func TestScriptsStayShort(t *testing.T) {
	t.Parallel()
	scripts, err := files.ReadDir("js")
	if err != nil {
		t.Fatal(err)
	}
	for _, script := range scripts {
		text, err := files.ReadFile("js/" + script.Name())
		if err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(text, []byte("\n")); n > 100 {
			t.Errorf("js/%s has %d lines, more than 100", script.Name(), n)
		}
	}
}

func get(path, encoding string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, "http://bodhi.test/", nil)
	r.URL.Path = path
	if encoding != "" {
		r.Header.Set("Accept-Encoding", encoding)
	}
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	return w
}

// scripts/vendor.mjs serves those of Tabler's rules that can meet something of ours. A class that it does not know of
// would have no effect, in silence.
func TestEveryClassOfTablerThatTemplatesUseIsServed(t *testing.T) {
	t.Parallel()
	attribute := regexp.MustCompile(`class="([^"{}]*)"`)
	served := string(stock().byName["tabler.css"].body)
	seen := 0
	err := filepath.WalkDir("../views", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".templ" {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range attribute.FindAllSubmatch(text, -1) {
			for _, class := range strings.Fields(string(m[1])) {
				if strings.HasPrefix(class, "b-") {
					continue
				}
				seen++
				if !strings.Contains(served, "."+class) {
					t.Errorf("%s uses the class %q: list it in scripts/vendor.mjs, then run node scripts/vendor.mjs", path, class)
				}
			}
		}
		return err
	})
	if err != nil || seen == 0 {
		t.Errorf("%d classes of Tabler were found (%v)", seen, err)
	}
}
