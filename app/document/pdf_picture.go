package document

import (
	"bytes"
	"image/color"
	"image/jpeg"
	"strconv"
	"strings"

	"github.com/ledongthuc/pdf"
)

// The pages of a scan are pictures, as a rule one JPEG each. Such a picture is handed out as it lies in the file: nothing is drawn, and
// nothing is unpacked here. What models with eyes cannot take, or what is a part of a page only, is left where it is.

// leastSide is how many dots a picture of a page has at least on each side: less is a logo, or cannot be read.
const leastSide = 400

// picture is the JPEG that a page without a text is made of; nil where it is none, where it is several, or where no room is left.
func (w *pdfWalk) picture(drawn []pdf.Value) (out []byte) {
	defer func() {
		if r := recover(); r != nil {
			if w.ctx.Err() != nil {
				panic(r)
			}
			out = nil
		}
	}()
	for _, v := range drawn {
		data := w.jpeg(v)
		c, err := jpeg.DecodeConfig(bytes.NewReader(data))
		if err != nil || c.Width < leastSide || c.Height < leastSide {
			if v.Key("Width").Int64() >= leastSide && v.Key("Height").Int64() >= leastSide {
				return nil // a picture of the page's own size that stays behind
			}
			continue
		}
		if out != nil || c.ColorModel == color.CMYKModel { // strips of a page; what most models take for a broken file
			return nil
		}
		out = data
	}
	if w.seen+len(out) > w.limits.Pictures {
		return nil
	}
	w.seen += len(out)
	return out
}

// jpeg is a picture's data as it lies in the file. The library gives what is unpacked only, and does not know JPEGs; but it says where a
// stream begins.
func (w *pdfWalk) jpeg(v pdf.Value) []byte {
	filter := v.Key("Filter")
	if filter.Kind() == pdf.Array && filter.Len() == 1 {
		filter = filter.Index(0)
	}
	length := v.Key("Length").Int64()
	if filter.Name() != "DCTDecode" || length <= 0 || length > int64(w.limits.Pictures) {
		return nil
	}
	said := v.String()
	at, err := strconv.ParseInt(said[strings.LastIndexByte(said, '@')+1:], 10, 64)
	if err != nil || at <= 0 || at > int64(len(w.data))-length {
		return nil
	}
	return w.data[at : at+length]
}
