package wire

import (
	"net/http"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// Feedback comes right behind the answer, before the books know of the request, and counts once; whoever asks about the request reads it.
func TestFeedbackIsTakenRightAfterTheAnswer(t *testing.T) {
	t.Parallel()
	w := beginOn(t, nil, "")
	resp, body := w.told(t, families()[0], "sandbox-chat", false)
	r := resp.Header.Get("X-Bodhi-Request-Id")
	if resp.StatusCode != http.StatusOK || r == "" {
		t.Fatalf("%d %s", resp.StatusCode, body)
	}
	for _, c := range []struct {
		body   string
		status int
		says   string
	}{
		{`{"request_id":"` + r + `","good":true,"score":0.75,"comment":"Right at once."}`, http.StatusOK, `"replaced":false`},
		{`{"request_id":"` + r + `","good":false,"comment":"Wrong, after all."}`, http.StatusOK, `"replaced":true`},
		{`{"request_id":"` + r + `","score":7}`, http.StatusBadRequest, "from 0 for useless to 1"},
		{`{"request_id":"req_06h1f47311r2s73hfp1c828p8r","good":true}`, http.StatusNotFound, "request_not_found"},
	} {
		if resp, body := w.raw(t, http.MethodPost, "/feedback", c.body); resp.StatusCode != c.status || !strings.Contains(body, c.says) {
			t.Errorf("%s: %d %s", c.body, resp.StatusCode, body)
		}
	}
	var read struct {
		Feedback *struct {
			Good    *bool
			Score   *float64
			Comment string
		}
	}
	harness.Wait(t, "the request to say what was said of it", func() bool {
		w.manage(t, http.MethodGet, "/requests/"+r, nil, http.StatusOK, &read)
		return read.Feedback != nil
	})
	if f := read.Feedback; f.Good == nil || *f.Good || f.Score != nil || f.Comment != "Wrong, after all." {
		t.Errorf("read %+v", f)
	}
}
