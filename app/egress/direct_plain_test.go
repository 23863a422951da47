package egress

import (
	"bufio"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"
)

// Whatever is taken here, net/http reads in the same way, the body and what follows it included.
func FuzzPlain(f *testing.F) {
	for _, raw := range []string{
		"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nX-A: b\r\nx-a:\tc \r\n\r\n{}more",
		"HTTP/1.1 429 Too Many Requests\r\ncontent-length: 0\r\nRetry-After: 3\r\n\r\n",
		"HTTP/1.1 200 \r\nContent-Length: 5\r\n\r\nab",
		"HTTP/1.1 599 Odd\xff\r\nContent-Length: 5\r\nSet-Cookie: a=b\r\nSet-Cookie: c=d\r\n\r\nabcde",
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
		"HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n{}",
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: a\r\n folded\r\n\r\n{}",
		"HTTP/1.1 200 OK\nContent-Length: 2\r\n\r\n{}",
		"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{}",
		"HTTP/1.1 199 Early\r\nContent-Length: 2\r\n\r\n{}",
		"HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n{}",
		"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\n{}",
		"HTTP/1.1 2000 OK\r\nContent-Length: 2\r\n\r\n{}",
		"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n{}",
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 0\r\n\r\n{}",
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX A: b\r\n\r\n{}",
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A\r\n\r\n{}",
		"HTTP/1.1 200 O\x00K\r\nContent-Length: 2\r\n\r\n{}",
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: a\x7fb\r\n\r\n{}",
	} {
		f.Add(raw)
	}
	r := &http.Request{Method: http.MethodPost}
	f.Fuzz(func(t *testing.T, raw string) {
		ours := bufio.NewReader(strings.NewReader(raw))
		got := plain(ours, r)
		if got == nil {
			if rest, _ := io.ReadAll(ours); string(rest) != raw {
				t.Errorf("%q: something was consumed", raw)
			}
			return
		}
		theirs := bufio.NewReader(strings.NewReader(raw))
		want, err := http.ReadResponse(theirs, r)
		if err != nil {
			t.Fatalf("%q: net/http does not take it: %v", raw, err)
		}
		gotBody, gotErr := io.ReadAll(got.Body)
		wantBody, wantErr := io.ReadAll(want.Body)
		gotRest, _ := io.ReadAll(ours)
		wantRest, _ := io.ReadAll(theirs)
		for _, c := range []struct {
			what      string
			got, want any
		}{
			{"status", got.Status, want.Status}, {"code", got.StatusCode, want.StatusCode}, {"header", got.Header, want.Header},
			{"length", got.ContentLength, want.ContentLength}, {"close", got.Close, want.Close}, {"version", got.Proto, want.Proto},
			{"encoding", len(got.TransferEncoding), len(want.TransferEncoding)}, {"no body", got.Body == http.NoBody, want.Body == http.NoBody},
			{"body", string(gotBody), string(wantBody)}, {"its end", gotErr, wantErr}, {"rest", string(gotRest), string(wantRest)},
		} {
			if !reflect.DeepEqual(c.got, c.want) {
				t.Errorf("%q: %s: ours is %v, net/http's %v", raw, c.what, c.got, c.want)
			}
		}
	})
}
