package wire

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"testing"
	"time"
)

// TestALargeFileOfABatchIsStreamed uploads a file as large as one may be, which never is in memory as a whole, though only its end says
// what it is for.
func TestALargeFileOfABatchIsStreamed(t *testing.T) {
	t.Parallel()
	size := 96 << 20
	if *longBatch {
		size = 512 << 20
	}
	w := begin(t, "")
	rest := w.memory(t, "VmRSS")
	line := bytes.Repeat([]byte("x"), 1<<20)
	in, out := io.Pipe()
	form := multipart.NewWriter(out)
	go func() {
		p, err := form.CreateFormFile("file", "large.jsonl")
		for n := 0; n < size && err == nil; n += len(line) {
			_, err = p.Write(line)
		}
		if err == nil {
			err = form.WriteField("purpose", "batch")
		}
		if err == nil {
			err = form.Close()
		}
		out.CloseWithError(err)
	}()
	r, err := http.NewRequestWithContext(within(t, 5*time.Minute), http.MethodPost, w.ProxyURL+"/files", in)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+w.VirtualKey)
	r.Header.Set("Content-Type", form.FormDataContentType())
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var f struct {
		ID    string `json:"id"`
		Bytes int    `json:"bytes"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&f); err != nil || resp.StatusCode != http.StatusOK || f.Bytes != size {
		t.Fatalf("%d %v %+v", resp.StatusCode, err, f)
	}
	c := w.client()
	content, err := c.Files.Content(t.Context(), f.ID)
	if err != nil {
		t.Fatal(err)
	}
	n, err := io.Copy(io.Discard, content.Body)
	if err != nil || n != int64(size) {
		t.Errorf("read %d of %d: %v", n, size, err)
	}
	top := w.memory(t, "VmHWM")
	t.Logf("%d MiB: %d MiB in memory at rest, %d at most", size>>20, rest>>20, top>>20)
	if top-rest > 64<<20 {
		t.Errorf("%d MiB more than at rest", (top-rest)>>20)
	}
}
