package pii

import (
	"bytes"
	"context"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/clock"
)

// readers takes what begins with %PDF- for a document whose text follows, if its context is alive.
type readers struct{ asked int }

func (r *readers) Text(ctx context.Context, data []byte) ([]byte, bool) {
	r.asked++
	text, ok := bytes.CutPrefix(data, []byte("%PDF-"))
	return text, ok && ctx.Err() == nil && !bytes.Contains(text, []byte("/Encrypt"))
}

func (r *readers) on(b Bound) Bound {
	b.book.Files = r
	return b
}

func TestAttachedFilesAreLookedInto(t *testing.T) {
	t.Parallel()
	pdf := "%PDF-" + strings.Repeat("Nothing of interest. ", 100) + "Write to ada@acme.test about PRJ-1234."
	std, safe := base64.StdEncoding.EncodeToString([]byte(pdf)), base64.RawURLEncoding.EncodeToString([]byte(pdf))
	picture := base64.StdEncoding.EncodeToString(append([]byte("\x89PNG"), bytes.Repeat([]byte{1, 2, 3}, 500)...))
	locked := base64.StdEncoding.EncodeToString([]byte("%PDF-/Encrypt ada@acme.test" + strings.Repeat(" ", 800)))
	short := base64.StdEncoding.EncodeToString([]byte("%PDF-this is for ada@acme.test, and for nobody else here"))
	inChat := func(url string) string {
		return `{"model":"m","messages":[{"role":"user","content":[{"type":"file","file":{"filename":"a.pdf","file_data":"` + url + `"}}]}]}`
	}
	form := "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n" + pdf + "\x00\r\n--x--\r\n"
	for name, c := range map[string]struct {
		rule, body string
		act        Action
		find, read int
	}{
		"a data URL":               {"log", inChat("data:application/pdf;base64," + std), Log, 1, 1},
		"the alphabet of URLs":     {"log", inChat(safe), Log, 1, 1},
		"a mask blocks":            {"mask", inChat("data:application/pdf;base64," + std), Block, 1, 1},
		"a short one in its field": {"block", `{"messages":[{"content":[{"inlineData":{"mimeType":"application/pdf","data":"` + short + `"}}]}]}`, Block, 1, 1},
		"a short text elsewhere":   {"block", `{"messages":[{"content":"` + short + `"}]}`, Off, 0, 0},
		"a form":                   {"block", form, Block, 1, 1},
		"a picture":                {"block", inChat("data:image/png;base64," + picture), Off, 0, 0},
		"a protected one":          {"block", inChat(locked), Off, 0, 0},
		"no base64":                {"block", inChat("data:application/pdf;base64," + std[:2000] + "!"), Off, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := (&readers{}).on(bound(t, clock.System{}, Record{Actions: map[string]string{"email": c.rule}, Files: true}))
			r := b.Screen(t.Context(), []byte(c.body))
			n := 0
			for _, f := range r.Found {
				if n += f.Count; f.Place != inFile && c.body != form {
					t.Errorf("found in %q", f.Place)
				}
			}
			if r.Action != c.act || n != c.find || r.Read != c.read || r.Body != nil {
				t.Errorf("%s, %d found, %d read: %+v", r.Action, n, r.Read, r.Found)
			}
			if strings.Contains(r.Facts(), "ada@") {
				t.Error("the record holds what was found")
			}
			blind := (&readers{}).on(bound(t, clock.System{}, Record{Actions: map[string]string{"email": "log"}, Files: true, Unread: true}))
			r = blind.Screen(t.Context(), []byte(c.body))
			if unseen := c.read == 0 && name != "a short text elsewhere" && name != "no base64"; (r.Action == Block) != unseen {
				t.Errorf("where the unreadable is refused: %s, %+v", r.Action, r.Found)
			}
		})
	}
}

func TestFilesAreReadOnlyWhereARuleWantsIt(t *testing.T) {
	t.Parallel()
	body := []byte(`{"messages":[{"content":"` + base64.StdEncoding.EncodeToString([]byte("%PDF-"+strings.Repeat("ada@acme.test ", 100))) + `"}]}`)
	files := &readers{}
	if r := files.on(bound(t, clock.System{}, everything(Block))).Screen(t.Context(), body); r.Any() || files.asked != 0 {
		t.Errorf("read without a rule: %+v", r.Found)
	}
	own := Record{Files: true, Patterns: []Pattern{{Name: "p", Expr: `ada@\w+`, Action: Mask}}, Allow: []string{"@acme.test"}, Actions: map[string]string{"email": "block"}}
	if r := files.on(bound(t, clock.System{}, own)).Screen(t.Context(), body); r.Action != Block || len(r.Found) != 1 || !r.Found[0].Own {
		t.Errorf("patterns and allowed values: %+v", r.Found)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	own.Unread = true
	if r := files.on(bound(t, clock.System{}, own)).Screen(over, body); r.Action != Block || r.Found[0].Detector != Unreadable {
		t.Errorf("out of time: %+v", r.Found)
	}
}
