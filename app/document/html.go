package document

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// mostTag is how long one tag or text between tags may be.
const mostTag = 4 << 20

// silent are elements whose content nobody reads.
var silent = map[atom.Atom]bool{atom.Script: true, atom.Style: true, atom.Template: true, atom.Noscript: true, atom.Svg: true, atom.Iframe: true, atom.Object: true}

// breaks are elements that begin and end a line.
var breaks = map[atom.Atom]bool{atom.P: true, atom.Div: true, atom.Br: true, atom.Tr: true, atom.Li: true, atom.H1: true, atom.H2: true, atom.H3: true, atom.H4: true, atom.H5: true,
	atom.H6: true, atom.Table: true, atom.Ul: true, atom.Ol: true, atom.Section: true, atom.Article: true, atom.Header: true, atom.Footer: true, atom.Blockquote: true, atom.Pre: true,
	atom.Title: true, atom.Dt: true, atom.Dd: true, atom.Hr: true, atom.Form: true, atom.Option: true}

// hypertext reads an HTML page: what is seen, never what is run. Nothing that it points to is fetched.
func hypertext(ctx context.Context, data []byte, k *keep) error {
	z := html.NewTokenizer(strings.NewReader(decode(data)))
	z.SetMaxBuf(mostTag)
	var out bytes.Buffer
	quiet, pre := atom.Atom(0), 0
	for n := 0; out.Len() <= k.limits.Text; n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		t := z.Next()
		if t == html.ErrorToken {
			if err := z.Err(); !errors.Is(err, io.EOF) {
				return costly("one of its tags is longer than 4 MiB")
			}
			break
		}
		if t == html.TextToken {
			if quiet == 0 {
				spoken(&out, string(z.Text()), pre > 0)
			}
			continue
		}
		name, _ := z.TagName()
		a := atom.Lookup(name)
		switch {
		case quiet != 0:
			if t == html.EndTagToken && a == quiet {
				quiet = 0
			}
		case silent[a]:
			if t == html.StartTagToken {
				quiet = a
			}
		case breaks[a]:
			out.WriteByte('\n')
			if a == atom.Pre {
				pre += map[html.TokenType]int{html.StartTagToken: 1, html.EndTagToken: -1}[t]
			}
		case (a == atom.Td || a == atom.Th) && t == html.StartTagToken:
			if b := out.Bytes(); len(b) > 0 && b[len(b)-1] != '\n' {
				out.WriteByte('\t')
			}
		}
	}
	k.page(Page{Number: 1, Text: out.String()}, 1)
	return nil
}

// spoken writes a text as browsers do: any white space is one space.
func spoken(out *bytes.Buffer, text string, as bool) {
	if as {
		out.WriteString(text)
		return
	}
	fields := strings.Fields(text)
	last := byte('\n')
	if b := out.Bytes(); len(b) > 0 {
		last = b[len(b)-1]
	}
	open := last != '\n' && last != '\t' && last != ' '
	if open && (len(fields) == 0 && text != "" || len(fields) > 0 && strings.TrimLeft(text[:1], " \t\r\n") == "") {
		out.WriteByte(' ')
	}
	for i, f := range fields {
		if i > 0 {
			out.WriteByte(' ')
		}
		out.WriteString(f)
	}
	if len(fields) > 0 && strings.TrimLeft(text[len(text)-1:], " \t\r\n") == "" {
		out.WriteByte(' ')
	}
}
