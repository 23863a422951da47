package batchweb_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/batch"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
)

// sent is a form with a file.
func sent(c *webtest.Client, path string, form url.Values, file string) webtest.Page {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	f, _ := w.CreateFormFile("file", "reviews.csv") // before the fields, which are there all the same
	_, _ = f.Write([]byte(file))
	for name, v := range form {
		_ = w.WriteField(name, v[0])
	}
	_ = w.Close()
	return c.Upload(path, w.FormDataContentType(), b.String())
}

var kept = regexp.MustCompile(`name="upload" value="([^"]+)"`)

// What is too large for a form is uploaded once: the preview and the batch are made of the same file, which is its person's alone and gone with the batch.
func TestALargeFileIsUploadedOnce(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	k := s.key(t, org.Developer)
	developer := s.as(t, org.Developer)
	form := with(table(k), map[string]string{"text": ""})
	long := strings.Repeat("lovely ", 150_000)
	rows := "\ufeffid,review\n"
	for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
		rows += name + ",\"" + long + "\"\n"
	}
	if len(rows) < batch.MaxTyped {
		t.Fatal("it fits a form")
	}
	p := sent(developer, "/batches/preview", form, rows)
	if p.Status != http.StatusOK || !p.Has("6 requests, at most $0.06", "Positive? lovely lovely", "reviews.csv", "6 MiB", "Another file takes its place") || strings.Count(p.Body, "Positive? lovely") != 5 || len(p.Body) > 200_000 {
		t.Fatalf("the preview: %d, %d bytes\n%.4000s", p.Status, len(p.Body), p.Body)
	}
	found := kept.FindStringSubmatch(p.Body)
	if found == nil {
		t.Fatalf("the form does not know the file\n%.4000s", p.Body)
	}
	form.Set("upload", found[1])
	if p := developer.Post("/batches/preview", with(form, map[string]string{"prompt": "Is it {{nope}}?"})); p.Status != http.StatusUnprocessableEntity || !p.Has("The table has no column", found[0]) {
		t.Errorf("a column that is not there: %d\n%.4000s", p.Status, p.Body)
	}
	pasted := with(form, map[string]string{"drop_upload": "on", "text": "id,review\na,1\nb,2\n"})
	if p := developer.Post("/batches/preview", pasted); p.Status != http.StatusOK || !p.Has("2 requests, at most") || p.Has(found[0]) {
		t.Errorf("the file was not taken away: %d\n%.4000s", p.Status, p.Body)
	}
	theirs := with(form, map[string]string{"key": s.key(t, org.Admin)})
	if p := s.as(t, org.Admin).Post("/batches", theirs); p.Status != http.StatusUnprocessableEntity || !p.Has("is not here any more") || p.Has(found[1]) {
		t.Errorf("somebody else's upload: %d\n%.4000s", p.Status, p.Body)
	}
	p = developer.Post("/batches", form)
	if p.Status != http.StatusSeeOther {
		t.Fatalf("created: %d\n%.4000s", p.Status, p.Body)
	}
	sees(t, developer, p.Location, "Completed", "6 of 6 requests")
	if p := developer.Post("/batches", form); p.Status != http.StatusUnprocessableEntity || !p.Has("is not here any more") {
		t.Errorf("the file is still there: %d", p.Status)
	}
	if p := sent(developer, "/batches", form, "id,review\na,1\nb,2\n"); p.Status != http.StatusSeeOther {
		t.Errorf("a small file did not take the place of the upload: %d\n%.4000s", p.Status, p.Body)
	}
}

// A large file is refused with its line, in what a form can say.
func TestALargeFileThatIsBrokenIsRefusedByItsLine(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	k := s.key(t, org.Developer)
	developer := s.as(t, org.Developer)
	line := `{"custom_id":"#","method":"POST","url":"/v1/chat/completions","body":{"model":"box/a","text":"` + strings.Repeat("x", 1<<20) + `"}}` + "\n"
	four := strings.Replace(line, "#", "a", 1) + strings.Replace(line, "#", "b", 1) + strings.Replace(line, "#", "c", 1) + strings.Replace(line, "#", "d", 1)
	for name, c := range map[string]struct{ format, file, says string }{
		"an id twice":                {"jsonl", four + strings.Replace(line, "#", "a", 1), "Line 5: another line has this custom_id already"},
		"half a line":                {"jsonl", four + line[:100], "Line 5: "},
		"one line longer than taken": {"jsonl", strings.Repeat("x", batch.MaxLine+2), "Line 1: a line has at most 8 MiB"},
		"a quote without its end":    {"csv", "id,review\na,\"" + strings.Repeat("x", batch.MaxLine+1<<20), "Row 1 is longer than 8 MiB"},
		"no table at all":            {"csv", strings.Repeat("x", batch.MaxTyped+1), "The table has no column"},
	} {
		for _, path := range []string{"/batches", "/batches/preview"} {
			if p := sent(developer, path, with(table(k), map[string]string{"format": c.format}), c.file); p.Status != http.StatusUnprocessableEntity || !p.Has(c.says, `value="Reviews"`) || len(p.Body) > 200_000 {
				t.Errorf("%s at %s: %d, %d bytes\n%.3000s", name, path, p.Status, len(p.Body), p.Body)
			}
		}
	}
	if p := sent(developer, "/batches/schedules", with(table(k), map[string]string{"cron": "0 2 * * *", "zone": "UTC"}), four+line); p.Status != http.StatusUnprocessableEntity || !p.Has("The file is larger than 4 MiB", `value="0 2 * * *"`) {
		t.Errorf("of a schedule: %d\n%.3000s", p.Status, p.Body)
	}
}
