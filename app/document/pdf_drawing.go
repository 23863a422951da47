package document

import (
	"math"
	"strings"

	"github.com/ledongthuc/pdf"
)

// pdfDrawing follows how a page is drawn, and writes down the texts: a PDF knows neither lines nor words, only where what is drawn.
type pdfDrawing struct {
	walk *pdfWalk
	out  strings.Builder
	most int

	font    *pdfFont            // nil before any was chosen
	fonts   map[string]*pdfFont // of the page or form that is drawn, by name
	size    float64             // of the font, in units of text space
	leading float64
	x, y    float64 // where the line begins
	scale   float64 // of the text matrix, so that gaps can be compared
	pen     float64 // where the last letter ended
	lastY   float64
	began   bool
	drawn   []pdf.Value // pictures, up to mostDrawn
}

// mostDrawn is how many pictures of a page are looked at: a page of more is no scan of one picture.
const mostDrawn = 16

// stream follows a page's or a form's drawing.
func (d *pdfDrawing) stream(content, resources pdf.Value, depth int) {
	if k := content.Kind(); k != pdf.Stream && k != pdf.Array {
		return
	}
	outer := d.fonts
	d.fonts = map[string]*pdfFont{}
	defer func() { d.fonts = outer }()
	pdf.Interpret(content, func(stk *pdf.Stack, op string) {
		args := make([]pdf.Value, stk.Len())
		for i := len(args) - 1; i >= 0; i-- {
			args[i] = stk.Pop()
		}
		if d.out.Len() > d.most {
			panic("enough")
		}
		d.do(op, args, resources, depth)
	})
}

func (d *pdfDrawing) do(op string, args []pdf.Value, resources pdf.Value, depth int) {
	num := func(i int) float64 {
		if i < len(args) {
			return args[i].Float64()
		}
		return 0
	}
	switch op {
	case "BT":
		d.x, d.y, d.scale = 0, 0, 1
	case "Tf":
		if len(args) == 2 {
			d.font, d.size = d.named(resources, args[0].Name()), num(1)
		}
	case "TL":
		d.leading = num(0)
	case "TD", "Td":
		if op == "TD" {
			d.leading = -num(1)
		}
		d.move(d.x+num(0)*d.scale, d.y+num(1)*d.scale)
	case "Tm":
		if d.scale = math.Hypot(num(2), num(3)); d.scale == 0 {
			d.scale = 1
		}
		d.move(num(4), num(5))
	case "T*":
		d.move(d.x, d.y-d.leading*d.scale)
	case "'", "\"":
		d.move(d.x, d.y-d.leading*d.scale)
		if len(args) > 0 {
			d.show(args[len(args)-1])
		}
	case "Tj":
		if len(args) == 1 {
			d.show(args[0])
		}
	case "TJ":
		if len(args) == 1 {
			d.spaced(args[0])
		}
	case "Do":
		if len(args) == 1 && depth < 4 {
			d.form(resources.Key("XObject").Key(args[0].Name()), resources, depth)
		}
	}
}

// move goes elsewhere: another height is another line; on the same line a gap is another word, a wide one another cell, and going back too.
func (d *pdfDrawing) move(x, y float64) {
	if em := math.Max(math.Abs(d.size*d.scale), 1); d.began {
		switch gap := x - d.pen; {
		case math.Abs(y-d.lastY) > 0.35*em:
			d.end("\n")
		case gap > 1.5*em:
			d.end("\t")
		case gap > 0.15*em, gap < -0.5*em:
			d.end(" ")
		}
	}
	d.x, d.y, d.pen = x, y, x
}

func (d *pdfDrawing) show(v pdf.Value) {
	if v.Kind() != pdf.String {
		return
	}
	raw := v.RawString()
	if d.font == nil {
		d.out.WriteString(raw)
	} else {
		d.out.WriteString(d.font.enc.Decode(raw))
		d.pen += d.font.width(raw) / 1000 * d.size * d.scale
	}
	d.lastY, d.began = d.y, true
}

// spaced shows texts with gaps between them, in thousandths of the font's size to the left. A gap of a fifth is a space: letters are moved
// together and apart by less.
func (d *pdfDrawing) spaced(v pdf.Value) {
	for i := range v.Len() {
		x := v.Index(i)
		if k := x.Kind(); k == pdf.Integer || k == pdf.Real {
			if d.pen -= x.Float64() / 1000 * d.size * d.scale; x.Float64() < -200 {
				d.end(" ")
			}
		}
		d.show(x)
	}
}

func (d *pdfDrawing) form(v, resources pdf.Value, depth int) {
	if v.Kind() == pdf.Stream && v.Key("Subtype").Name() == "Image" && len(d.drawn) < mostDrawn {
		d.drawn = append(d.drawn, v)
	}
	if v.Kind() != pdf.Stream || v.Key("Subtype").Name() != "Form" {
		return
	}
	if own := v.Key("Resources"); own.Kind() == pdf.Dict {
		resources = own
	}
	d.stream(v, resources, depth+1)
}

// named finds a font. The library would read its tables again at each use.
func (d *pdfDrawing) named(resources pdf.Value, name string) *pdfFont {
	f, known := d.fonts[name]
	if v := resources.Key("Font").Key(name); !known && v.Kind() == pdf.Dict {
		f = readFont(v)
	}
	d.fonts[name] = f
	return f
}

// end writes a divider where none is yet.
func (d *pdfDrawing) end(divider string) {
	if s := d.out.String(); s != "" && !strings.HasSuffix(s, "\n") && !strings.HasSuffix(s, "\t") && (divider != " " || !strings.HasSuffix(s, " ")) {
		d.out.WriteString(divider)
	}
}
