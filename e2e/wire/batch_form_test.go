package wire

import (
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestALargeTableOnTheFormIsStreamed uploads a large table on the dashboard's form: what it would ask and cost is told, a
// batch is made of it, and it never is in memory as a whole.
func TestALargeTableOnTheFormIsStreamed(t *testing.T) {
	t.Parallel()
	size := 96 << 20
	if *longBatch {
		size = 511 << 20 // the requests that are made of it are longer than a file may be that is sent
	}
	w := begin(t, "")
	const password = "correct horse battery staple"
	var dave, key struct{ ID string }
	w.manage(t, http.MethodPost, "/members", map[string]any{"name": "Dave", "email": "dave@acme.test", "role": "developer", "teams": []string{w.TeamID}, "password": password}, http.StatusCreated, &dave)
	w.manage(t, http.MethodPost, "/keys", map[string]any{"name": "laptop", "team": w.TeamID, "member": dave.ID}, http.StatusCreated, &key)
	cookie := logIn(t, w.Gateway, "dave@acme.test", password)
	fields := map[string]string{"key": key.ID, "format": "csv", "model": "smart", "prompt": "Positive? {{review}}", "id_column": "id", "max_output": "5", "priority": "low", "start_at": time.Now().AddDate(0, 0, 3).UTC().Format("2006-01-02T15:04")}
	row := fmt.Sprintf(",%q\n", strings.Repeat("Lovely. ", 700))
	rows := size / (len(row) + 8)
	reviews := func(rows int) func(out io.Writer) error {
		return func(out io.Writer) error {
			_, err := io.WriteString(out, "id,review\n")
			for n := 0; n < rows && err == nil; n++ {
				_, err = fmt.Fprintf(out, "r%07d%s", n, row)
			}
			return err
		}
	}
	rest := w.memory(t, "VmRSS")
	page, status, _ := post(t, w, cookie, "/batches/preview", fields, reviews(rows))
	upload := regexp.MustCompile(`name="upload" value="([^"]+)"`).FindStringSubmatch(page)
	if status != http.StatusOK || upload == nil || !strings.Contains(page, "r0000004") || strings.Contains(page, "r0000005") || !strings.Contains(page, " requests, at most $") {
		t.Fatalf("the preview: %d %.3000s", status, page)
	}
	fields["upload"] = upload[1]
	if page, status, to := post(t, w, cookie, "/batches", fields, nil); status != http.StatusSeeOther || !strings.HasPrefix(to, "/batches/batch_") {
		t.Errorf("the batch: %d %.3000s", status, page)
	}
	if *longBatch { // just above what a file may have: the form comes again as it was, and says so
		delete(fields, "upload")
		page, status, _ := post(t, w, cookie, "/batches", fields, reviews((513<<20)/(len(row)+8)))
		if status != http.StatusUnprocessableEntity || !strings.Contains(page, "The file is larger than 512 MiB, the most one may have. Split it.") || !strings.Contains(page, "Positive? {{review}}") || strings.Contains(page, `name="upload"`) {
			t.Errorf("one MiB more than taken: %d %.3000s", status, page)
		}
	}
	top := w.memory(t, "VmHWM")
	t.Logf("%d MiB in %d rows: %d MiB in memory at rest, %d at most", size>>20, rows, rest>>20, top>>20)
	if top-rest > 64<<20 {
		t.Errorf("%d MiB more than at rest", (top-rest)>>20)
	}
}

// post sends a form of the dashboard, with a file where there is one.
func post(t *testing.T, w *world, cookie *http.Cookie, path string, fields map[string]string, file func(io.Writer) error) (page string, status int, to string) {
	t.Helper()
	in, out := io.Pipe()
	form := multipart.NewWriter(out)
	go func() {
		var err error
		for name, value := range fields {
			if err == nil {
				err = form.WriteField(name, value)
			}
		}
		if file != nil && err == nil {
			var p io.Writer
			if p, err = form.CreateFormFile("file", "large.csv"); err == nil {
				err = file(p)
			}
		}
		if err == nil {
			err = form.Close()
		}
		out.CloseWithError(err)
	}()
	r, err := http.NewRequestWithContext(within(t, 5*time.Minute), http.MethodPost, w.URL+path, in)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.AddCookie(cookie)
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b), resp.StatusCode, resp.Header.Get("Location")
}
