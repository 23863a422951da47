package framing

import (
	"fmt"
	"strings"
)

// What must hold of a row. Never does an answer say that it is our fault, and never is the hidden request answered.
type verdict int

const (
	refused verdict = iota // one answer, 4xx or 501 or 505, or none
	once                   // one answer and no more
	closed                 // one answer, and then the connection ends, because nobody can be sure where the request did
	each                   // as many answers as requests
	never                  // nothing that is complete came: nothing, or a refusal
)

// row is one way to write a request. "@" begins what depends on the door: @POST and @GET a request line's method and path,
// @HEAD the rest of a good head without what frames a body, @BODY a good body, @SIZE its length in bytes, @HEX the same for
// chunks, @HIDDEN a whole request with somebody else's key, @VICTIM that key.
type row struct {
	name  string
	bytes string
	want  verdict
	count int // answers, for each
}

const (
	crlf   = "\r\n"
	post   = "@POST HTTP/1.1\r\n@HEAD"
	sized  = post + "Content-Length: @SIZE\r\n"
	chunks = post + "Transfer-Encoding: chunked\r\n"
	whole  = "@HEX\r\n@BODY\r\n0\r\n\r\n"
)

func rows() []row {
	out := []row{
		// Where does the body end?
		{"two lengths that differ", post + "Content-Length: @SIZE\r\nContent-Length: 0\r\n\r\n@BODY", refused, 0},
		{"two lengths that differ, the small one first", post + "Content-Length: 0\r\nContent-Length: @SIZE\r\n\r\n@BODY@HIDDEN", refused, 0},
		{"the same length twice", post + "Content-Length: @SIZE\r\nContent-Length: @SIZE\r\n\r\n@BODY", once, 0},
		{"a list of lengths", post + "Content-Length: @SIZE, @SIZE\r\n\r\n@BODY", refused, 0},
		{"a length with a sign", post + "Content-Length: +@SIZE\r\n\r\n@BODY@HIDDEN", refused, 0},
		{"a negative length", post + "Content-Length: -1\r\n\r\n@BODY@HIDDEN", refused, 0},
		{"a length in hexadecimal", post + "Content-Length: 0x10\r\n\r\n@BODY@HIDDEN", refused, 0},
		{"a length with an underscore", post + "Content-Length: 1_0\r\n\r\n@BODY@HIDDEN", refused, 0},
		{"a length of nothing", post + "Content-Length:\r\n\r\n@HIDDEN", refused, 0},
		{"a length beyond 64 bits", post + "Content-Length: 99999999999999999999\r\n\r\n@BODY", refused, 0},
		{"a length in two words", post + "Content-Length: 1 0\r\n\r\n@BODY@HIDDEN", refused, 0},
		{"a length in Arabic digits", post + "Content-Length: ٣\r\n\r\n@BODY@HIDDEN", refused, 0},
		{"a length with white space before the colon", post + "Content-Length : @SIZE\r\n\r\n@BODY@HIDDEN", refused, 0},
		{"length and chunks, the length to the end", post + "Content-Length: 9999\r\nTransfer-Encoding: chunked\r\n\r\n" + whole + "@HIDDEN", closed, 0},
		{"chunks and length, the length at once", post + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n" + whole + "@HIDDEN", closed, 0},
		{"length and chunks that end at once", post + "Content-Length: @SIZE\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n@HIDDEN", closed, 0},
		{"chunks and a length of nothing", post + "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n" + whole + "@HIDDEN", closed, 0},
		{"a body without length", post + "\r\n@BODY", once, 0},
		{"GET with a length", "@GET HTTP/1.1\r\n@HEADContent-Length: 5\r\n\r\nhello", once, 0},

		// What says that there are chunks?
		{"chunked twice", post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n" + whole + "@HIDDEN", refused, 0},
		{"chunked in a list", post + "Transfer-Encoding: chunked, identity\r\n\r\n" + whole + "@HIDDEN", refused, 0},
		{"identity and a length", post + "Transfer-Encoding: identity\r\nContent-Length: @SIZE\r\n\r\n@BODY@HIDDEN", refused, 0},
		{"an unknown coding", post + "Transfer-Encoding: xchunked\r\nContent-Length: @SIZE\r\n\r\n@BODY@HIDDEN", refused, 0},
		{"gzip, then chunked", post + "Transfer-Encoding: gzip, chunked\r\n\r\n" + whole + "@HIDDEN", refused, 0},
		{"chunked in quotes", post + "Transfer-Encoding: \"chunked\"\r\nContent-Length: @SIZE\r\n\r\n@BODY@HIDDEN", refused, 0},
		{"chunked with a vertical tab", post + "Transfer-Encoding:\vchunked\r\nContent-Length: @SIZE\r\n\r\n@BODY@HIDDEN", refused, 0},
		{"chunked with white space before the colon", post + "Transfer-Encoding : chunked\r\nContent-Length: @SIZE\r\n\r\n@BODY@HIDDEN", refused, 0},
		{"chunked with an underscore", post + "Transfer_Encoding: chunked\r\nContent-Length: @SIZE\r\n\r\n@BODY", once, 0},
		{"chunked in capitals", post + "TRANSFER-ENCODING: CHUNKED\r\n\r\n" + whole, closed, 0},
		{"chunked on a folded line", post + "Transfer-Encoding:\r\n chunked\r\nContent-Length: @SIZE\r\n\r\n@BODY@HIDDEN", closed, 0},
		{"chunked of HTTP/1.0", "@POST HTTP/1.0\r\n@HEADConnection: keep-alive\r\nTransfer-Encoding: chunked\r\nContent-Length: @SIZE\r\n\r\n@BODY@HIDDEN", closed, 0},
		{"chunked of HTTP/1.0 without a length", "@GET HTTP/1.0\r\n@HEADConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n@HIDDEN", closed, 0},

		// What is in the chunks?
		{"chunks", chunks + "\r\n" + whole, closed, 0},
		{"chunks, then another request", chunks + "\r\n" + whole + "@HIDDEN", closed, 0},
		{"a size that is none", chunks + "\r\nzz\r\n@BODY\r\n0\r\n\r\n@HIDDEN", refused, 0},
		{"a size with a sign", chunks + "\r\n+@HEX\r\n@BODY\r\n0\r\n\r\n@HIDDEN", refused, 0},
		{"a size with 0x", chunks + "\r\n0x@HEX\r\n@BODY\r\n0\r\n\r\n@HIDDEN", refused, 0},
		{"a size beyond 64 bits", chunks + "\r\nfffffffffffffffff\r\n@BODY\r\n0\r\n\r\n@HIDDEN", refused, 0},
		{"a size that is too small", chunks + "\r\n1\r\n@BODY\r\n0\r\n\r\n@HIDDEN", refused, 0},
		{"a size that is too large", chunks + "\r\nffff\r\n@BODY\r\n0\r\n\r\n@HIDDEN", never, 0},
		{"an extension of a chunk", chunks + "\r\n@HEX;a=b\r\n@BODY\r\n0\r\n\r\n", closed, 0},
		{"an extension with a bare line feed", chunks + "\r\n@HEX;a\n@BODY\r\n0\r\n\r\n@HIDDEN", closed, 0},
		{"an extension that does not end", chunks + "\r\n@HEX;" + strings.Repeat("a", 20_000) + "\r\n@BODY\r\n0\r\n\r\n@HIDDEN", refused, 0},
		{"chunks without CRLF behind them", chunks + "\r\n@HEX\r\n@BODY0\r\n\r\n@HIDDEN", refused, 0},
		{"trailers", post + "Trailer: X-Late\r\nTransfer-Encoding: chunked\r\n\r\n@HEX\r\n@BODY\r\n0\r\nX-Late: 1\r\n\r\n", closed, 0},
		{"a trailer with a key in it", chunks + "\r\n@HEX\r\n@BODY\r\n0\r\nAuthorization: Bearer @VICTIM\r\n\r\n", closed, 0},
		{"a trailer with a length in it", post + "Trailer: Content-Length\r\nTransfer-Encoding: chunked\r\n\r\n@HEX\r\n@BODY\r\n0\r\nContent-Length: 3\r\n\r\n", refused, 0},
		{"chunks that do not end", chunks + "\r\n@HEX\r\n@BODY\r\n", never, 0},

		// Where does a line end, and a header?
		{"bare line feeds", "@POST HTTP/1.1\nHost: gateway\nContent-Length: 0\n\n", once, 0},
		{"a bare carriage return in a value", sized + "X-A: b\rX-C: d\r\n\r\n@BODY", refused, 0},
		{"a bare carriage return before the body", post + "Content-Length: 0\r\n\r@HIDDEN", refused, 0},
		{"a folded header", sized + "X-A: b\r\n c\r\n\r\n@BODY", once, 0},
		{"a folded first header", "@POST HTTP/1.1\r\n X-A: b\r\n@HEADContent-Length: @SIZE\r\n\r\n@BODY", refused, 0},
		{"NUL in a value", sized + "X-A: b\x00c\r\n\r\n@BODY", refused, 0},
		{"NUL in a name", sized + "X-\x00A: b\r\n\r\n@BODY", refused, 0},
		{"NUL in the path", "POST /v1/\x00chat HTTP/1.1\r\n@HEADContent-Length: @SIZE\r\n\r\n@BODY", refused, 0},
		{"an empty name", sized + ": b\r\n\r\n@BODY", refused, 0},
		{"a header without a colon", sized + "X-A\r\n\r\n@BODY", refused, 0},
		{"white space in a name", sized + "X A: b\r\n\r\n@BODY", refused, 0},
		{"a value of DEL", sized + "X-A: \x7f\r\n\r\n@BODY", refused, 0},
		{"a header of 80 KiB", sized + "X-A: " + strings.Repeat("b", 80<<10) + "\r\n\r\n@BODY", refused, 0},
		{"ten thousand headers", sized + many(10_000) + "\r\n@BODY", refused, 0},
		{"a path of 100 KiB", "GET /" + strings.Repeat("a", 100<<10) + " HTTP/1.1\r\n@HEAD\r\n", refused, 0},

		// Who is asked, and for what?
		{"no host", "@POST HTTP/1.1\r\nContent-Length: 0\r\n\r\n", refused, 0},
		{"two hosts", sized + "Host: elsewhere\r\n\r\n@BODY", refused, 0},
		{"a host with a path", "@POST HTTP/1.1\r\nHost: gateway/evil\r\nContent-Length: 0\r\n\r\n", refused, 0},
		{"a host with a space", "@POST HTTP/1.1\r\nHost: gate way\r\nContent-Length: 0\r\n\r\n", refused, 0},
		{"a whole URL for a path", "@ABSOLUTE HTTP/1.1\r\n@HEADContent-Length: @SIZE\r\n\r\n@BODY", once, 0},
		{"a whole URL of another scheme", "GET file:///etc/passwd HTTP/1.1\r\n@HEAD\r\n", refused, 0},
		{"a path without its slash", "GET v1/models HTTP/1.1\r\n@HEAD\r\n", refused, 0},
		{"two slashes", "GET //evil.example/v1 HTTP/1.1\r\n@HEAD\r\n", once, 0},
		{"a path of dots", "GET /static/../../etc/passwd HTTP/1.1\r\n@HEAD\r\n", once, 0},
		{"CONNECT", "CONNECT 169.254.169.254:80 HTTP/1.1\r\nHost: 169.254.169.254:80\r\n\r\n", refused, 0},
		{"TRACE", "TRACE / HTTP/1.1\r\n@HEADX-Secret: echo\r\n\r\n", refused, 0},
		{"OPTIONS of everything", "OPTIONS * HTTP/1.1\r\n@HEAD\r\n", once, 0},
		{"a method of our own", "SMUGGLE / HTTP/1.1\r\n@HEAD\r\n", refused, 0},
		{"a method with a bracket", "GE(T / HTTP/1.1\r\n@HEAD\r\n", refused, 0},
		{"two spaces in the request line", "GET  / HTTP/1.1\r\n@HEAD\r\n", refused, 0},
		{"a tab in the request line", "GET\t/ HTTP/1.1\r\n@HEAD\r\n", refused, 0},

		// Which protocol is it?
		{"no version", "GET /\r\n\r\n", refused, 0},
		{"HTTP/0.9 by number", "GET / HTTP/0.9\r\n@HEAD\r\n", refused, 0},
		{"HTTP/1.2", "GET / HTTP/1.2\r\n@HEAD\r\n", once, 0},
		{"HTTP/2 in words", "GET / HTTP/2.0\r\n@HEAD\r\n", refused, 0},
		{"HTTP/9", "GET / HTTP/9.9\r\n@HEAD\r\n", refused, 0},
		{"http in small letters", "GET / http/1.1\r\n@HEAD\r\n", refused, 0},
		{"half a preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n", never, 0},
		{"a preface of HTTP/2 and then rubbish", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + strings.Repeat("@", 200), never, 0},
		{"an upgrade to h2c", sized + "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n@BODY", once, 0},
		{"an upgrade to a web socket", "@GET HTTP/1.1\r\n@HEADConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n", once, 0},
		{"a TLS hello", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + strings.Repeat("\x00", 64) + "\r\n\r\n", refused, 0},
		{"Expect of something else", sized + "Expect: 200-maybe\r\n\r\n@BODY", refused, 0},
		{"Expect: 100-continue", sized + "Expect: 100-continue\r\n\r\n@BODY", once, 0},
		{"Expect: 100-continue, and a request in the body's place", post + "Content-Length: 9999\r\nExpect: 100-continue\r\n\r\n@HIDDEN", never, 0},

		// How many requests are there?
		{"two requests at once, the second with a key of nobody", sized + "\r\n@BODY@POST HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer bdh_live_nobody\r\nContent-Length: 0\r\n\r\n", each, 2},
		{"two requests at once, the second without a key", sized + "\r\n@BODY@POST HTTP/1.1\r\nHost: gateway\r\nContent-Length: 0\r\n\r\n", each, 2},
		{"a blank line before a request", "\r\n" + sized + "\r\n@BODY", once, 0},
		{"a request inside a body", post + "Content-Length: @HIDDENSIZE\r\n\r\n@HIDDEN", once, 0},
		{"a close, and then a request", sized + "Connection: close\r\n\r\n@BODY@HIDDEN", closed, 0},
		{"a connection that names the length", post + "Connection: close, content-length\r\nContent-Length: @SIZE\r\n\r\n@BODY@HIDDEN", closed, 0},
		{"a connection that names the key", sized + "Connection: close, authorization\r\n\r\n@BODY", closed, 0},
		{"rubbish behind the body", sized + "\r\n@BODY\x00\x01\x02 rubbish\r\n\r\n", once, 0},
		{"half a head", "@POST HTTP/1.1\r\nHost: gate", never, 0},
		{"half a body", sized + "\r\n{", never, 0},
		{"a head and never its body", sized + "\r\n", never, 0},
	}
	return out
}

// many are n headers of different names.
func many(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "X-%d: a%s", i, crlf)
	}
	return b.String()
}
