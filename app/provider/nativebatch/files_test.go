package nativebatch

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

// lister is an adapter that says how an account is addressed, and nothing else.
type lister struct{ provider.Adapter }

func (l lister) For(provider.Kind) (provider.Adapter, bool) { return l, true }

func (lister) ModelList(ctx context.Context, _ *provider.Connection) (*http.Request, error) {
	return http.NewRequestWithContext(ctx, http.MethodGet, "http://provider.test/v1/models", nil)
}

// A file of which certainly no batch was made is deleted at the provider: nobody knows its name any more. One of which perhaps one was made
// stays until that is looked for.
func TestAFileWithoutABatchIsDeleted(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind    provider.Kind
		file    int // status of looking at the file
		batch   int // and of making a batch of it
		deleted bool
	}{
		"made":                       {provider.OpenAI, 200, 200, false},
		"refused":                    {provider.OpenAI, 200, 400, true},
		"not now":                    {provider.OpenAI, 200, 429, true},
		"overloaded":                 {provider.OpenAI, 200, 503, true},
		"perhaps made":               {provider.OpenAI, 200, 500, false},
		"the file cannot be seen":    {provider.Azure, 500, 200, true},
		"the file is there and made": {provider.Azure, 200, 200, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked []string
			f := &Client{Adapters: lister{}, Ask: func(_ *provider.Connection, r *http.Request) (*http.Response, error) {
				asked = append(asked, r.Method+" "+r.URL.Path)
				status, body := http.StatusOK, `{"id":"file-1","status":"processed"}`
				switch {
				case r.Method == http.MethodGet:
					status = c.file
				case strings.HasSuffix(r.URL.Path, "/batches"):
					status, body = c.batch, `{"id":"batch_1"}`
				}
				return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader(body))}, nil
			}}
			ids := id.NewSource(func() time.Time { return time.Unix(1_700_000_000, 0) }, nil)
			l := &provider.NativeBatch{ID: "0192f6c0-0000-7000-8000-000000000001", Path: "/v1/chat/completions", Lines: []provider.NativeLine{{Number: 1, Body: []byte("{}"), Booked: id.NewAttempt(ids)}}}
			_, err := f.Submit(t.Context(), &provider.Connection{Kind: c.kind}, l)
			if got := slices.Contains(asked, "DELETE /v1/files/file-1"); got != c.deleted || c.deleted && err == nil {
				t.Errorf("%v, asked %q", err, asked)
			}
		})
	}
}

// What was uploaded and not made a batch of is found by its name, whoever knew its id.
func TestAFileThatNobodyKnowsIsFoundByItsName(t *testing.T) {
	t.Parallel()
	since := time.Unix(1_700_000_000, 0)
	l := &provider.NativeBatch{ID: "0192f6c0-0000-7000-8000-000000000001", Since: since}
	ours := fmt.Sprintf(`{"id":"file-ours","filename":"0192f6c0000070008000000000000001.jsonl","created_at":%d}`, since.Unix()+1)
	theirs := fmt.Sprintf(`{"id":"file-theirs","filename":"0192f6c0000070008000000000000002.jsonl","created_at":%d}`, since.Unix()+2)
	old := fmt.Sprintf(`{"id":"file-old","filename":"report.jsonl","created_at":%d}`, since.Unix()-3600)
	for name, c := range map[string]struct {
		kind  provider.Kind
		pages []string
		want  []string
	}{
		"openai, on the second page": {provider.OpenAI, []string{`{"data":[` + theirs + `],"has_more":true}`, `{"data":[` + ours + `,` + old + `],"has_more":true}`},
			[]string{"GET /v1/files?purpose=batch&limit=1000&order=desc", "GET /v1/files?purpose=batch&limit=1000&order=desc&after=file-theirs", "DELETE /v1/files/file-ours?"}},
		"openai, not there":     {provider.OpenAI, []string{`{"data":[` + theirs + `,` + old + `],"has_more":true}`}, []string{"GET /v1/files?purpose=batch&limit=1000&order=desc"}},
		"azure, in its order":   {provider.Azure, []string{`{"data":[` + old + `,` + ours + `]}`}, []string{"GET /v1/files?purpose=batch", "DELETE /v1/files/file-ours?"}},
		"azure, which fails":    {provider.Azure, []string{`no`}, []string{"GET /v1/files?purpose=batch"}},
		"anthropic has no file": {provider.Anthropic, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked []string
			pages := c.pages
			f := &Client{Adapters: lister{}, Ask: func(_ *provider.Connection, r *http.Request) (*http.Response, error) {
				asked = append(asked, r.Method+" "+r.URL.Path+"?"+r.URL.RawQuery)
				body := `{}`
				if r.Method == http.MethodGet {
					body, pages = pages[0], pages[1:]
				}
				return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(body))}, nil
			}}
			f.Forget(t.Context(), &provider.Connection{Kind: c.kind}, l)
			if !slices.Equal(asked, c.want) {
				t.Errorf("asked %q, want %q", asked, c.want)
			}
		})
	}
}
