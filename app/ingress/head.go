package ingress

import (
	"bytes"
	"net/http"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
)

var blank = []byte("\r\n\r\n")

// request reads the head of the next request without consuming it, and gives its size. nil = net/http is to read it.
func (c *conn) request() (*http.Request, int) {
	there, _ := c.in.Peek(c.in.Buffered())
	end := bytes.Index(there, blank)
	if end < 0 {
		return nil, 0
	}
	r := parse(string(there[:end+len(blank)/2]))
	if r == nil || !c.s.takes(r.URL.Path) {
		return nil, 0
	}
	r.RemoteAddr = c.remote
	return r, end + len(blank)
}

// parse reads a head whose every line ends with CRLF. It knows one way to write each thing, the one that no two servers read
// differently; nil for everything else.
func parse(head string) *http.Request {
	line, rest, _ := strings.Cut(head, "\r\n")
	target, ok := strings.CutPrefix(line, "POST ")
	if !ok {
		return nil
	}
	if target, ok = strings.CutSuffix(target, " HTTP/1.1"); !ok {
		return nil
	}
	u := locate(target)
	if u == nil {
		return nil
	}
	r := &http.Request{Method: http.MethodPost, URL: u, RequestURI: target, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, ContentLength: -1}
	n := strings.Count(rest, "\r\n")
	r.Header = make(http.Header, n)
	values := make([]string, n)
	for rest != "" {
		line, rest, _ = strings.Cut(rest, "\r\n")
		name, value, ok := strings.Cut(line, ":")
		if value = strings.Trim(value, " \t"); !ok || !isToken(name) || !isValue(value) {
			return nil
		}
		name = textproto.CanonicalMIMEHeaderKey(name)
		if !frame(r, name, value) {
			return nil
		}
		if before, twice := r.Header[name]; twice {
			r.Header[name] = append(before, value)
			continue
		}
		values[0] = value
		r.Header[name], values = values[:1:1], values[1:]
	}
	if r.Host == "" || r.ContentLength < 0 {
		return nil
	}
	delete(r.Header, "Host")
	return r
}

// frame reads what says where a request goes and where it ends. False = another server might read it in another way.
func frame(r *http.Request, name, value string) bool {
	switch name {
	case "Host":
		once := r.Host == "" && isHost(value)
		r.Host = value
		return once
	case "Content-Length":
		n, err := strconv.ParseUint(value, 10, 62)
		once := r.ContentLength < 0 && err == nil
		r.ContentLength = int64(n)
		return once
	case "Connection":
		return strings.EqualFold(value, "keep-alive")
	case "Transfer-Encoding", "Trailer", "Expect", "Upgrade", "Pragma":
		return false
	}
	return true
}

// locate reads what a request is for; nil for anything but a path of this server.
func locate(target string) *url.URL {
	if !strings.HasPrefix(target, "/") || strings.HasPrefix(target, "//") {
		return nil
	}
	if plain(target, "/-_.:") {
		return &url.URL{Path: target}
	}
	if strings.ContainsFunc(target, func(c rune) bool { return c <= ' ' || c >= 0x7f }) {
		return nil
	}
	if u, err := url.ParseRequestURI(target); err == nil {
		return u
	}
	return nil
}

// isHost reports whether s is a name or an address with or without a port.
func isHost(s string) bool { return s != "" && plain(s, "-_.:[]") }

// plain reports whether s is made of letters, digits and others.
func plain(s, others string) bool {
	for i := range len(s) {
		if c := s[i]; !('a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || strings.IndexByte(others, c) >= 0) {
			return false
		}
	}
	return true
}

// isToken reports whether s can be a header's name.
func isToken(s string) bool { return s != "" && plain(s, "-_!#$%&'*+.^`|~") }

// isValue reports whether s has no control characters but tabs.
func isValue(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}
