package nativebatch

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/bodhi-gateway/bodhi/app/provider"
)

// clocks may differ by as much.
const clocks = 10 * time.Minute

func (files) progress(ctx context.Context, t *talk, remote string) (provider.NativeProgress, error) {
	var b fileBatch
	if err := t.call(ctx, http.MethodGet, "batches/"+url.PathEscape(remote), "", nil, &b); err != nil {
		return provider.NativeProgress{}, err
	}
	v := provider.NativeProgress{Total: b.Counts.Total, Done: b.Counts.Completed + b.Counts.Failed}
	switch b.Status {
	case "completed":
		v.Over, v.Whole = true, true
	case "expired", "cancelled":
		v.Over = true
	case "failed":
		v.Over, v.Lost = true, true
		for _, e := range b.Errors.Data {
			v.Why = clip(e.Message)
			break
		}
	}
	for _, f := range []string{b.Output, b.Failures} {
		if f != "" {
			v.Files = append(v.Files, f)
		}
	}
	return v, nil
}

func (files) cancel(ctx context.Context, t *talk, remote string) error {
	return t.call(ctx, http.MethodPost, "batches/"+url.PathEscape(remote)+"/cancel", "application/json", []byte("{}"), nil)
}

func (files) results(ctx context.Context, t *talk, _ string, v *provider.NativeProgress, each func(string, provider.NativeResult) error) error {
	for _, f := range v.Files {
		body, err := t.open(ctx, http.MethodGet, "files/"+url.PathEscape(f)+"/content", "", nil)
		if err != nil {
			return err
		}
		err = lines(body, func(text []byte) error {
			var r struct {
				CustomID string `json:"custom_id"`
				Response *struct {
					Status int             `json:"status_code"`
					Body   json.RawMessage `json:"body"`
				} `json:"response"`
				Error *struct{ Code, Message string } `json:"error"`
			}
			if json.Unmarshal(text, &r) != nil {
				return nil // it is no line of ours; what it was of has no result then
			}
			if r.Response == nil || r.Response.Status == 0 {
				if r.Error == nil {
					return nil
				}
				return each(r.CustomID, provider.NativeResult{Body: []byte(clip(r.Error.Message))})
			}
			return each(r.CustomID, provider.NativeResult{Status: r.Response.Status, Body: r.Response.Body})
		})
		_ = body.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

// lines gives the lines of a body. One that is longer than any may be is passed over: what it was of has no result then.
func lines(body io.Reader, do func(text []byte) error) error {
	r := bufio.NewReaderSize(body, 64<<10)
	var line []byte
	for long := false; ; {
		part, err := r.ReadSlice('\n')
		if long = long || len(line)+len(part) > maxLine; !long {
			line = append(line, part...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		last := errors.Is(err, io.EOF)
		if err != nil && !last {
			return err
		}
		if text := bytes.TrimSpace(line); !long && len(text) > 0 {
			if err := do(text); err != nil {
				return err
			}
		}
		if last {
			return nil
		}
		line, long = line[:0], false
	}
}

func (files) remove(ctx context.Context, t *talk, remote string, v *provider.NativeProgress) {
	names := v.Files
	var b fileBatch
	if t.call(ctx, http.MethodGet, "batches/"+url.PathEscape(remote), "", nil, &b) == nil && b.Input != "" {
		names = append(names, b.Input)
	}
	for _, f := range names {
		_ = t.call(ctx, http.MethodDelete, "files/"+url.PathEscape(f), "", nil, nil) // the provider's own time ends it otherwise
	}
}
