package egress

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"
)

// plain reads the head of an answer that is there in one piece, in the one form that nearly all servers use, with a body of
// known length. net/http reads it in the same way with twice the allocations. nil = net/http is to read it: nothing of it is
// consumed then.
func plain(in *bufio.Reader, r *http.Request) *http.Response {
	if _, err := in.Peek(1); err != nil || r.Method == http.MethodHead {
		return nil
	}
	there, _ := in.Peek(in.Buffered())
	end := bytes.Index(there, []byte("\r\n\r\n"))
	if end < 0 {
		return nil
	}
	resp := parse(string(there[:end+len("\r\n")]))
	if resp == nil {
		return nil
	}
	_, _ = in.Discard(end + len("\r\n\r\n"))
	resp.Request, resp.Body = r, http.NoBody
	if resp.ContentLength > 0 {
		resp.Body = &sized{in, resp.ContentLength}
	}
	return resp
}

// parse reads a head whose every line ends with CRLF.
func parse(head string) *http.Response {
	line, rest, _ := strings.Cut(head, "\r\n")
	line, ok := strings.CutPrefix(line, "HTTP/1.1 ")
	if !ok || len(line) < len("200 ") || line[len("200")] != ' ' || !isValue(line) {
		return nil
	}
	status, err := strconv.ParseUint(line[:len("200")], 10, 16)
	if err != nil || status < 200 || status == http.StatusNoContent || status == http.StatusNotModified {
		return nil
	}
	n := strings.Count(rest, "\r\n")
	resp := &http.Response{Status: line, StatusCode: int(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: make(http.Header, n), ContentLength: -1}
	values := make([]string, n)
	for rest != "" {
		line, rest, _ = strings.Cut(rest, "\r\n")
		name, value, ok := strings.Cut(line, ":")
		if value = strings.Trim(value, " \t"); !ok || !isToken(name) || !isValue(value) {
			return nil
		}
		switch name = textproto.CanonicalMIMEHeaderKey(name); name {
		case "Connection", "Transfer-Encoding", "Trailer", "Pragma", "Upgrade":
			return nil
		case "Content-Length":
			length, err := strconv.ParseUint(value, 10, 62)
			if err != nil || resp.ContentLength >= 0 {
				return nil
			}
			resp.ContentLength = int64(length)
		}
		if before, twice := resp.Header[name]; twice {
			resp.Header[name] = append(before, value)
			continue
		}
		values[0] = value
		resp.Header[name], values = values[:1:1], values[1:]
	}
	if resp.ContentLength < 0 {
		return nil
	}
	return resp
}

// sized is a body of known length.
type sized struct {
	in   *bufio.Reader
	left int64
}

// Read implements io.Reader.
func (s *sized) Read(p []byte) (int, error) {
	if s.left == 0 {
		return 0, io.EOF
	}
	n, err := s.in.Read(p[:min(int64(len(p)), s.left)])
	if s.left -= int64(n); s.left == 0 {
		return n, io.EOF
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// Close implements io.Closer; the connection is the answer's to close.
func (*sized) Close() error { return nil }
