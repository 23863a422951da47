package web

import (
	"bytes"
	"compress/gzip"
	"strings"
	"sync"
)

// compressFrom is the size from which a page is worth compressing: below it, it fits into one packet anyway.
const compressFrom = 1400

// zippers are reused: each holds a quarter of a megabyte.
var zippers = sync.Pool{New: func() any {
	z, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed) // the level is a constant of the package
	return z
}}

// page answers with HTML, compressed where the browser takes that. Our pages are tables: they shrink to a tenth.
//
// Compression and secrets on one page are a known danger where a stranger can make the browser load it with text of
// their choice and see its length; the session cookie is SameSite=Lax, so a stranger's loads are without a session.
func (c *Context) page(status int, body []byte) error {
	h := c.Response().Header()
	h.Add("Vary", "Accept-Encoding")
	if len(body) >= compressFrom && strings.Contains(c.Request().Header.Get("Accept-Encoding"), "gzip") {
		var b bytes.Buffer
		z := zippers.Get().(*gzip.Writer)
		defer zippers.Put(z)
		z.Reset(&b)
		_, _ = z.Write(body) // a bytes.Buffer does not fail
		if err := z.Close(); err != nil {
			return err
		}
		h.Set("Content-Encoding", "gzip")
		body = b.Bytes()
	}
	return c.Blob(status, htmlType, body)
}
