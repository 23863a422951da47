package document

import "github.com/ledongthuc/pdf"

// pdfFont is how a font's codes become letters, and how wide they are: gaps between words are only seen so.
type pdfFont struct {
	enc    pdf.TextEncoding
	wide   bool // codes have two bytes
	usual  float64
	widths map[int]float64 // thousandths of the font's size, by code
}

// mostWidths bounds a table that a file may make as long as it likes.
const mostWidths = 70_000

func readFont(v pdf.Value) *pdfFont {
	f := &pdfFont{enc: pdf.Font{V: v}.Encoder(), usual: 500, widths: map[int]float64{}}
	if v.Key("Subtype").Name() != "Type0" {
		first, all := int(v.Key("FirstChar").Int64()), v.Key("Widths")
		for i := range min(all.Len(), 256) {
			f.widths[first+i] = all.Index(i).Float64()
		}
		return f
	}
	f.wide, f.usual = true, 1000
	of := v.Key("DescendantFonts").Index(0)
	if d := of.Key("DW"); d.Kind() == pdf.Integer || d.Kind() == pdf.Real {
		f.usual = d.Float64()
	}
	f.composite(of.Key("W"))
	return f
}

// composite reads the widths of a font of many letters: "first [w w w]" or "first last w".
func (f *pdfFont) composite(all pdf.Value) {
	for i := 0; i+1 < all.Len() && len(f.widths) < mostWidths; {
		first, next := int(all.Index(i).Int64()), all.Index(i+1)
		if next.Kind() == pdf.Array {
			for n := range min(next.Len(), mostWidths) {
				f.widths[first+n] = next.Index(n).Float64()
			}
			i += 2
			continue
		}
		for code := first; code <= min(int(next.Int64()), first+mostWidths); code++ {
			f.widths[code] = all.Index(i + 2).Float64()
		}
		i += 3
	}
}

// width is how wide a text is, in thousandths of the font's size.
func (f *pdfFont) width(raw string) (sum float64) {
	step := 1
	if f.wide {
		step = 2
	}
	for i := 0; i+step <= len(raw); i += step {
		code := int(raw[i])
		if f.wide {
			code = code<<8 | int(raw[i+1])
		}
		w, ok := f.widths[code]
		if !ok {
			w = f.usual
		}
		sum += w
	}
	return sum
}
