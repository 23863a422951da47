package webtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
	ids    []string
}

var requestIDs = regexp.MustCompile(`req_[0-9a-z]{26}`)

// text is the whole answer without what must differ: request ids, and the asked-for ids where they are echoed.
func (a answer) text() string {
	var h bytes.Buffer
	for _, name := range []string{"Content-Type", "Location", "Cache-Control", "Content-Security-Policy", "Vary", "Www-Authenticate", "Hx-Redirect"} {
		fmt.Fprintf(&h, "%s: %s\n", name, a.header.Get(name))
	}
	out := fmt.Sprintf("%d\n%s\n%s", a.status, h.String(), a.body)
	for _, id := range a.ids {
		out = strings.ReplaceAll(out, id, "<id>")
	}
	return requestIDs.ReplaceAllString(out, "req_…")
}

func (s *Site) ask(t testing.TB, r web.Route, things map[string]string, set func(*http.Request)) answer {
	t.Helper()
	path, used := s.fill(t, r, things)
	form, formIDs := s.form(t, r, things)
	var body io.Reader
	kind := ""
	switch {
	case r.Method == http.MethodGet:
		if len(form) > 0 {
			path += "?" + form.Encode()
		}
	case r.Guard == web.Token || r.Guard == web.SCIM:
		b, err := json.Marshal(flat(form))
		must(t, err)
		body, kind = bytes.NewReader(b), "application/json"
	default:
		body, kind = strings.NewReader(form.Encode()), "application/x-www-form-urlencoded"
	}
	q := httptest.NewRequest(r.Method, path, body)
	if kind != "" {
		q.Header.Set("Content-Type", kind)
	}
	if set != nil {
		set(q)
	}
	w := httptest.NewRecorder()
	s.Handler.ServeHTTP(w, q)
	if r.Audit == "session.ended" {
		s.Home.cookies = nil // one of them is dead now
	}
	return answer{w.Code, w.Header(), w.Body.String(), append(used, formIDs...)}
}

var parameters = regexp.MustCompile(`([A-Za-z_-]+)/:[A-Za-z_]+`)

// fill puts things into the path's parameters; the segment before a parameter says which.
func (s *Site) fill(t testing.TB, r web.Route, things map[string]string) (string, []string) {
	t.Helper()
	var used []string
	path := parameters.ReplaceAllStringFunc(r.Path, func(m string) string {
		kind, _, _ := strings.Cut(m, "/:")
		v := things[kind]
		if v == "" {
			t.Fatalf("%s (%s) needs a seeded thing %q: add it to both tenants' Things", r.Name, r.Path, kind)
		}
		used = append(used, v)
		return kind + "/" + v
	})
	return path, used
}

func (s *Site) form(t testing.TB, r web.Route, things map[string]string) (url.Values, []string) {
	t.Helper()
	out := url.Values{}
	var used []string
	for name, values := range s.Forms[r.Name] {
		for _, v := range values {
			if kind, is := strings.CutPrefix(v, "things:"); is {
				v = things[kind]
				if v == "" {
					t.Fatalf("the form of %s needs a seeded thing %q", r.Name, kind)
				}
				used = append(used, v)
			}
			out.Add(name, v)
		}
	}
	return out, used
}

// flat is a form as a JSON object; a field with several values is a list. "#5" is a number, "{}a=b" an object, "json:…" what follows.
func flat(form url.Values) map[string]any {
	out := map[string]any{}
	for name, values := range form {
		number, isNumber := strings.CutPrefix(values[0], "#")
		object, isObject := strings.CutPrefix(values[0], "{}")
		raw, isRaw := strings.CutPrefix(values[0], "json:")
		switch {
		case strings.HasSuffix(name, "[]"):
			out[strings.TrimSuffix(name, "[]")] = values
		case isRaw:
			out[name] = json.RawMessage(raw)
		case isNumber:
			out[name] = json.Number(number)
		case isObject:
			k, v, _ := strings.Cut(object, "=")
			out[name] = map[string]string{k: v}
		default:
			out[name] = values[0]
		}
	}
	return out
}

// unknown has a fresh id of the right kind for everything: well-formed, and nobody's.
func (s *Site) unknown() map[string]string {
	ids := id.NewSource(clock.System{}.Now, nil)
	out := map[string]string{}
	for kind, v := range s.Foreign.Things {
		prefix, _, _ := strings.Cut(v, "_")
		_, fresh, _ := strings.Cut(id.NewOrg(ids).String(), "_")
		out[kind] = prefix + "_" + fresh
	}
	return out
}

// plain spells ids as bare UUIDs, which the parsers take too.
func plain(things map[string]string) map[string]string {
	out := map[string]string{}
	for kind, v := range things {
		out[kind] = v
		_, rest, _ := strings.Cut(v, "_")
		if o, err := id.ParseOrg("org_" + rest); err == nil {
			out[kind] = o.UUID()
		}
	}
	return out
}

// as lets a request come from the home tenant's member or token of a role.
func (s *Site) as(t testing.TB, r web.Route, role org.Role) func(*http.Request) {
	t.Helper()
	return s.with(t, &s.Home, r, role)
}

// with lets a request come from a tenant's member or token of a role.
func (s *Site) with(t testing.TB, v *Visitors, r web.Route, role org.Role) func(*http.Request) {
	t.Helper()
	if r.Guard == web.SCIM && role == org.Admin {
		return func(q *http.Request) { q.Header.Set("Authorization", "Bearer "+v.SCIM) }
	}
	if r.Guard == web.Token || r.Guard == web.SCIM { // a role's own token is none of a directory's
		return func(q *http.Request) { q.Header.Set("Authorization", "Bearer "+v.Tokens[role]) }
	}
	cookie := s.cookie(t, v, role)
	return func(q *http.Request) { q.AddCookie(cookie) }
}

// cookie is a live session of the role.
func (s *Site) cookie(t testing.TB, v *Visitors, role org.Role) *http.Cookie {
	t.Helper()
	if v.cookies == nil {
		v.cookies = map[org.Role]*http.Cookie{}
	}
	if v.cookies[role] == nil {
		v.cookies[role] = LogIn(t, s.Handler, v.Email[role], v.Password)
	}
	return v.cookies[role]
}

// Remember makes a session the visitor's of a role.
func (v *Visitors) Remember(role org.Role, session *http.Cookie) {
	if v.cookies == nil {
		v.cookies = map[org.Role]*http.Cookie{}
	}
	v.cookies[role] = session
}

// LogIn logs in through the page and gives the session's cookie.
func LogIn(t testing.TB, h http.Handler, email, password string) *http.Cookie {
	t.Helper()
	form := url.Values{"email": {email}, "password": {password}}
	q := httptest.NewRequest(http.MethodPost, web.LogInPath, strings.NewReader(form.Encode()))
	q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, q)
	if w.Code != http.StatusSeeOther || len(w.Result().Cookies()) == 0 {
		t.Fatalf("log-in of %s: %d %s", email, w.Code, w.Body)
	}
	return w.Result().Cookies()[0]
}
