package ingress

import (
	"bufio"
	"net/http"
	"reflect"
	"strings"
	"testing"
)

// Whatever is taken here, net/http reads in the same way. That includes where the body begins and how long it is.
func FuzzParse(f *testing.F) {
	for _, head := range []string{
		"POST /v1/x HTTP/1.1\r\nHost: a:80\r\nContent-Length: 5\r\nX-A: b\r\nx-a: \tc \r\nConnection: keep-alive\r\n",
		"POST /v1/a%2Fb?c=d HTTP/1.1\r\nHost: [::1]\r\ncontent-length: 007\r\nX:\r\n",
		"POST /v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n",
		"POST /v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n",
		"POST /v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n X: folded\r\n",
		"POST /v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\nX: b\r\n",
		"POST //x/y HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n",
		"POST /a#b HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nUser-Agent: \xff\r\n",
	} {
		f.Add(head)
	}
	f.Fuzz(func(t *testing.T, head string) {
		if strings.Contains(head, "\r\n\r\n") || !strings.HasSuffix(head, "\r\n") {
			return // request has cut it there
		}
		ours := parse(head)
		if ours == nil {
			return
		}
		const body = "0123456789"
		in := bufio.NewReader(strings.NewReader(head + "\r\n" + body))
		theirs, err := http.ReadRequest(in)
		if err != nil {
			t.Fatalf("%q: net/http does not take it: %v", head, err)
		}
		rest, _ := in.Peek(in.Buffered())
		if string(rest) != body {
			t.Errorf("%q: net/http's body begins elsewhere: %q", head, rest)
		}
		for _, c := range []struct {
			what         string
			ours, theirs any
		}{
			{"method", ours.Method, theirs.Method}, {"URL", *ours.URL, *theirs.URL}, {"target", ours.RequestURI, theirs.RequestURI},
			{"host", ours.Host, theirs.Host}, {"header", ours.Header, theirs.Header}, {"length", ours.ContentLength, theirs.ContentLength},
			{"version", ours.Proto, theirs.Proto}, {"close", ours.Close, theirs.Close}, {"encoding", len(ours.TransferEncoding), len(theirs.TransferEncoding)},
		} {
			if !reflect.DeepEqual(c.ours, c.theirs) {
				t.Errorf("%q: %s: ours is %v, net/http's %v", head, c.what, c.ours, c.theirs)
			}
		}
	})
}
