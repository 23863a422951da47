package nativebatch

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

// files is OpenAI's interface, and Azure's: a file of lines is uploaded and a batch made of it; its results are files.
// https://platform.openai.com/docs/api-reference/batch
type files struct{ azure bool }

// ends are the paths that batches may have. Azure takes chats alone, and calls them without the version.
var ends = []string{"/chat/completions", "/responses", "/embeddings", "/completions"}

func (f files) takes(op llm.Operation) bool {
	return op == llm.Chat || !f.azure && (op == llm.Embeddings || op == llm.Completions)
}

func (f files) endpoint(path string) string {
	for _, e := range ends {
		if strings.HasSuffix(path, e) {
			if f.azure {
				return e
			}
			return "/v1" + e
		}
	}
	return ""
}

type fileLine struct {
	CustomID string          `json:"custom_id"`
	Method   string          `json:"method"`
	URL      string          `json:"url"`
	Body     json.RawMessage `json:"body"`
}

// loadKey is where a batch's metadata says which native batch it is.
const loadKey = "bodhi_load"

func (f files) submit(ctx context.Context, t *talk, l *provider.NativeBatch) (string, error) {
	end := f.endpoint(l.Path)
	if end == "" {
		return "", &provider.Failure{Class: provider.Untold, Message: "batches have no such endpoint"}
	}
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	err := w.WriteField("purpose", "batch")
	var p io.Writer
	if err == nil {
		p, err = w.CreateFormFile("file", fileName(l))
	}
	for i := range l.Lines {
		if err == nil {
			err = writeLine(p, fileLine{custom(l.ID, l.Lines[i].Number), http.MethodPost, end, l.Lines[i].Body})
		}
	}
	if err = errors.Join(err, w.Close()); err != nil {
		return "", fmt.Errorf("native batch: write a file: %w", err)
	}
	var file struct{ ID string }
	if err := t.call(ctx, http.MethodPost, "files", w.FormDataContentType(), form.Bytes(), &file); err != nil {
		return "", unmade(err)
	}
	if err := f.ready(ctx, t, file.ID); err != nil {
		forget(ctx, t, file.ID)
		return "", err
	}
	var b fileBatch
	err = t.post(ctx, "batches", map[string]any{"input_file_id": file.ID, "endpoint": end, "completion_window": "24h", "metadata": map[string]string{loadKey: l.ID}}, &b)
	if err == nil && b.ID == "" {
		err = &provider.Failure{Class: provider.Garbled, Status: http.StatusOK, Message: "a batch without an id"}
	}
	if certain, _ := notTaken(err); certain {
		forget(ctx, t, file.ID)
	}
	return b.ID, err
}

// forget deletes a file of which no batch was made, whatever becomes of ctx: nobody would find it again.
func forget(ctx context.Context, t *talk, file string) {
	late, done := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer done()
	_ = t.call(late, http.MethodDelete, "files/"+url.PathEscape(file), "", nil, nil) // the provider's own time ends it otherwise
}

func fileName(l *provider.NativeBatch) string { return tag(l.ID) + ".jsonl" }

// tidy looks for files by the name that a native batch has. OpenAI lists the newest first; how Azure does it does not say.
func (f files) tidy(ctx context.Context, t *talk, l *provider.NativeBatch) {
	for after := ""; ; {
		var page struct {
			Data []struct {
				ID       string
				Filename string
				Created  int64 `json:"created_at"`
			}
			More bool `json:"has_more"`
		}
		path := "files?purpose=batch"
		if !f.azure {
			path += "&limit=1000&order=desc"
		}
		if after != "" {
			path += "&after=" + url.QueryEscape(after)
		}
		if t.call(ctx, http.MethodGet, path, "", nil, &page) != nil {
			return
		}
		old := false
		for _, x := range page.Data {
			after, old = x.ID, !f.azure && x.Created > 0 && x.Created < l.Since.Add(-clocks).Unix()
			if x.Filename == fileName(l) {
				forget(ctx, t, x.ID)
			}
		}
		if !page.More || old || len(page.Data) == 0 {
			return
		}
	}
}

// unmade says of a failure to upload that no batch was made: a file alone costs nothing.
func unmade(err error) error {
	var f *provider.Failure
	if certain, _ := notTaken(err); !certain {
		f = &provider.Failure{Class: provider.Unreachable, Message: "the file of a batch could not be uploaded", Cause: err}
		return f
	}
	return err
}

// ready waits until a file may be used: Azure looks through it first.
func (f files) ready(ctx context.Context, t *talk, file string) error {
	for n := 0; f.azure && n < 20; n++ {
		var s struct{ Status string }
		if err := t.call(ctx, http.MethodGet, "files/"+url.PathEscape(file), "", nil, &s); err != nil {
			return unmade(err)
		}
		if s.Status != "pending" && s.Status != "running" && s.Status != "uploaded" {
			break
		}
		select {
		case <-ctx.Done():
			return unmade(ctx.Err())
		case <-time.After(time.Second):
		}
	}
	return nil
}

func writeLine(w io.Writer, v any) error {
	text, err := json.Marshal(v)
	if err == nil {
		_, err = w.Write(append(text, '\n'))
	}
	return err
}

type fileBatch struct {
	ID       string            `json:"id"`
	Status   string            `json:"status"`
	Input    string            `json:"input_file_id"`
	Output   string            `json:"output_file_id"`
	Failures string            `json:"error_file_id"`
	Metadata map[string]string `json:"metadata"`
	Created  int64             `json:"created_at"`
	Counts   struct {
		Total, Completed, Failed int
	} `json:"request_counts"`
	Errors struct {
		Data []struct{ Message string }
	} `json:"errors"`
}

func (files) find(ctx context.Context, t *talk, l *provider.NativeBatch, _ func(string) bool) (string, error) {
	for after := ""; ; {
		var page struct {
			Data []fileBatch `json:"data"`
			More bool        `json:"has_more"`
		}
		path := "batches?limit=100"
		if after != "" {
			path += "&after=" + url.QueryEscape(after)
		}
		if err := t.call(ctx, http.MethodGet, path, "", nil, &page); err != nil {
			return "", err
		}
		for _, b := range page.Data {
			if b.Metadata[loadKey] == l.ID {
				return b.ID, nil
			}
			if after = b.ID; b.Created > 0 && b.Created < l.Since.Add(-clocks).Unix() { // newest first: what follows is older
				return "", nil
			}
		}
		if !page.More || len(page.Data) == 0 {
			return "", nil
		}
	}
}
