// Package static is what the browser gets besides pages: our CSS as one bundle, small ES modules, and the vendored
// files of others (static/vendor, filled by scripts/vendor.mjs). Everything is embedded into the binary.
//
// Every file has a URL with the hash of its content in it, so browsers keep it for good and a new release is a new
// URL. Text leaves compressed: Brotli made at vendor time where it exists, gzip made once on first use otherwise.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"sync"
)

//go:embed css js img vendor
var files embed.FS

// Prefix is the path below which Handler must be mounted.
const Prefix = "/static/"

// Layers is the cascade, weakest first. Tabler's layer name is given to it by scripts/vendor.mjs.
const Layers = "@layer tabler, tokens, base, layout, components, pages, utilities;\n"

// Vendored are the files of others that pages need. A build without them starts nothing: see Missing.
var Vendored = []string{"tabler.css", "htmx.js", "sse.js", "idiomorph.js", "geist.woff2"}

type asset struct {
	url    string
	kind   string // media type
	body   []byte
	brotli []byte        // nil if there is none
	gzip   func() []byte // nil where compression gains nothing
}

type shelf struct {
	byName map[string]*asset // "app.css"
	byURL  map[string]*asset // "/static/app.3f2a9c01d2.css"
	icons  map[string]string
}

// The shelf is a pure function of embedded files, so one per process is enough.
var stock = sync.OnceValue(load)

// URL is where the browser finds a file: "app.css" (all of css/), a file of js/, img/ or vendor/ by its name. An
// unknown name gives a URL that answers 404; a test walks every name that templates use.
func URL(name string) string {
	if a, ok := stock().byName[name]; ok {
		return a.url
	}
	return Prefix + "missing/" + name
}

// Names are all names that URL knows, sorted; for tests.
func Names() []string {
	var out []string
	for name := range stock().byName {
		out = append(out, name)
	}
	sort.Strings(out)
	return out
}

// Icon is what is inside the <svg> of one of Tabler's outline icons (24 × 24, stroked), or "" if scripts/vendor.mjs
// does not list it.
func Icon(name string) string { return stock().icons[name] }

// Missing lists the vendored files that this binary was built without. The server refuses to start then.
func Missing() []string {
	var out []string
	for _, name := range Vendored { // not by the shelf: a start does not wait until that is made
		if _, err := fs.Stat(files, "vendor/"+name); err != nil {
			out = append(out, name)
		}
	}
	return out
}

// Handler serves the files under Prefix. Content never changes under a URL, so answers are immutable.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, ok := stock().byURL[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		h := w.Header()
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		h.Set("Content-Type", a.kind)
		h.Set("X-Content-Type-Options", "nosniff")
		body := a.body
		if a.gzip != nil {
			h.Set("Vary", "Accept-Encoding")
			accepted := r.Header.Get("Accept-Encoding")
			switch {
			case a.brotli != nil && accepts(accepted, "br"):
				h.Set("Content-Encoding", "br")
				body = a.brotli
			case accepts(accepted, "gzip"):
				h.Set("Content-Encoding", "gzip")
				body = a.gzip()
			}
		}
		h.Set("Content-Length", strconv.Itoa(len(body)))
		if r.Method == http.MethodGet {
			_, _ = w.Write(body)
		}
	})
}

// accepts reports whether an Accept-Encoding header allows the coding; browsers never send q=0, careful clients do.
func accepts(header, coding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.TrimSpace(name) == coding {
			q = strings.ReplaceAll(q, " ", "")
			return q != "q=0" && q != "q=0.0" && q != "q=0.00" && q != "q=0.000"
		}
	}
	return false
}

func load() *shelf {
	s := &shelf{byName: map[string]*asset{}, byURL: map[string]*asset{}, icons: map[string]string{}}
	for _, dir := range []string{"img", "js", "vendor"} {
		entries, _ := fs.ReadDir(files, dir)
		for _, e := range entries {
			name := e.Name()
			if e.IsDir() || media(name) == "" {
				continue
			}
			body, _ := files.ReadFile(dir + "/" + name)
			brotli, _ := files.ReadFile(dir + "/" + name + ".br")
			s.add(name, body, brotli)
		}
	}
	icons, _ := fs.ReadDir(files, "vendor/icons")
	for _, e := range icons {
		body, _ := files.ReadFile("vendor/icons/" + e.Name())
		s.icons[strings.TrimSuffix(e.Name(), ".svg")] = string(body)
	}
	s.add("app.css", s.bundle(), nil) // last: it refers to the others
	return s
}

func (s *shelf) add(name string, body, brotli []byte) {
	sum := sha256.Sum256(body)
	ext := path.Ext(name)
	a := &asset{
		url:    Prefix + strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:5]) + ext,
		kind:   media(name),
		body:   body,
		brotli: brotli,
	}
	if ext != ".woff2" && ext != ".png" {
		a.gzip = sync.OnceValue(func() []byte { return compress(body) })
	}
	s.byName[name], s.byURL[a.url] = a, a
}

var (
	comments  = regexp.MustCompile(`(?s)/\*.*?\*/`)
	blanks    = regexp.MustCompile(`\n\s*`)
	signs     = regexp.MustCompile(`\s*([{};])\s*|(:|,) +`)
	reference = regexp.MustCompile(`url\("([a-z0-9-]+\.[a-z0-9]+)"\)`)
)

// bundle joins css/*.css. Their order does not matter beyond the layers, which each file names for itself.
func (s *shelf) bundle() []byte {
	var b bytes.Buffer
	b.WriteString(Layers)
	sheets, _ := fs.Glob(files, "css/*.css")
	for _, sheet := range sheets {
		text, _ := files.ReadFile(sheet)
		b.Write(text)
	}
	out := blanks.ReplaceAll(comments.ReplaceAll(b.Bytes(), nil), []byte("\n"))
	out = signs.ReplaceAll(out, []byte("$1$2"))
	return reference.ReplaceAllFunc(out, func(m []byte) []byte {
		if a, ok := s.byName[string(reference.FindSubmatch(m)[1])]; ok {
			return []byte(`url("` + a.url + `")`)
		}
		return m
	})
}

func compress(body []byte) []byte {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return body // the level is a constant of the package
	}
	_, _ = w.Write(body) // a bytes.Buffer does not fail
	_ = w.Close()
	return b.Bytes()
}

func media(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".woff2":
		return "font/woff2"
	case ".png":
		return "image/png"
	}
	return ""
}
