package apart_test

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"testing"

	"codeberg.org/go-pdf/fpdf"

	"github.com/bodhi-gateway/bodhi/app/document"
)

// photo is a picture of a page of these sides, in another grey for each number.
func photo(t *testing.T, number, width, height int) image.Image {
	t.Helper()
	g := image.NewGray(image.Rect(0, 0, width, height))
	for i := range g.Pix {
		g.Pix[i] = uint8(number*40 + i%7)
	}
	return g
}

func packed(t *testing.T, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// scan is a PDF whose pages are made by these.
func scan(t *testing.T, pages ...func(f *fpdf.Fpdf, name string)) []byte {
	t.Helper()
	f := fpdf.New("P", "mm", "A4", "")
	f.SetFont("Helvetica", "", 12)
	for i, draw := range pages {
		f.AddPage()
		draw(f, fmt.Sprint("p", i))
	}
	var out bytes.Buffer
	if err := f.Output(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func put(kind string, data []byte) func(f *fpdf.Fpdf, name string) {
	return func(f *fpdf.Fpdf, name string) {
		f.RegisterImageOptionsReader(name, fpdf.ImageOptions{ImageType: kind}, bytes.NewReader(data))
		f.ImageOptions(name, 0, 0, 210, 297, false, fpdf.ImageOptions{ImageType: kind}, 0, "")
	}
}

// The pages of a scan come over as the JPEGs that they are, to the byte; what is no picture of a whole page does not.
func TestThePicturesOfAScanComeOver(t *testing.T) {
	t.Parallel()
	first, second, small := packed(t, photo(t, 1, 600, 800)), packed(t, photo(t, 2, 600, 800)), packed(t, photo(t, 3, 90, 90))
	var plain bytes.Buffer
	if err := png.Encode(&plain, image.NewNRGBA(image.Rect(0, 0, 600, 800))); err != nil {
		t.Fatal(err)
	}
	data := scan(t, put("JPG", first), put("JPG", second),
		func(f *fpdf.Fpdf, name string) { put("JPG", first)(f, name); f.Cell(0, 6, "With a text") },
		put("PNG", plain.Bytes()), put("JPG", small),
		func(f *fpdf.Fpdf, name string) { put("JPG", small)(f, name+"s"); put("JPG", second)(f, name) },
		func(f *fpdf.Fpdf, name string) { put("JPG", first)(f, name+"s"); put("JPG", second)(f, name) },
		func(*fpdf.Fpdf, string) {})
	text, err := reader(t).Text(t.Context(), data, document.Limits{Pictures: 20 << 20})
	if err != nil || len(text.Pages) != 8 {
		t.Fatalf("%d pages, %v", len(text.Pages), err)
	}
	for i, c := range []struct {
		what string
		is   []byte
	}{{"a scan", first}, {"another", second}, {"one with a text", nil}, {"no JPEG", nil}, {"a logo", nil}, {"a logo and a scan", second}, {"two strips", nil}, {"an empty page", nil}} {
		if got := text.Pages[i].Picture; !bytes.Equal(got, c.is) {
			t.Errorf("%s: %d bytes, wanted %d", c.what, len(got), len(c.is))
		}
	}
	if text.Pages[2].Text != "With a text" {
		t.Errorf("%q", text.Pages[2].Text)
	}
	for room, n := range map[int]int{0: 0, len(first) + len(second): 2, len(first) + len(second) - 1: 1} {
		got, err := reader(t).Text(t.Context(), data, document.Limits{Pictures: room})
		seen := 0
		for _, p := range got.Pages {
			if p.Picture != nil {
				seen++
			}
		}
		if err != nil || len(got.Pages) != 8 || room == 0 && seen != 0 || room > 0 && seen > n+1 || seen < n {
			t.Errorf("in %d bytes there are %d pictures, %v", room, seen, err)
		}
	}
}

// A picture says of itself what it likes: what is no JPEG, lies outside the file or is of another color is not handed out.
func TestAPictureThatLiesIsLeftOut(t *testing.T) {
	t.Parallel()
	good := packed(t, photo(t, 1, 600, 800))
	of := func(head string, length int, body []byte) []byte {
		image := fmt.Sprintf("<< /Type /XObject /Subtype /Image /Width 600 /Height 800 %s /Length %d >>\nstream\n%s\nendstream", head, length, body)
		return file("<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
			"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /XObject << /I 5 0 R >> >> >>", stream("q 600 0 0 800 0 0 cm /I Do Q", 1), image)
	}
	for name, c := range map[string]struct {
		data []byte
		is   []byte
	}{
		"as it should be":   {of("/Filter /DCTDecode", len(good), good), good},
		"in a list":         {of("/Filter [/DCTDecode]", len(good), good), good},
		"longer than it is": {of("/Filter /DCTDecode", 1<<30, good), nil},
		"less than nothing": {of("/Filter /DCTDecode", -5, good), nil},
		"packed twice":      {of("/Filter [/FlateDecode /DCTDecode]", len(good), good), nil},
		"no JPEG":           {of("/Filter /DCTDecode", len(good), bytes.Repeat([]byte("x"), len(good))), nil},
	} {
		t.Run(name, func(t *testing.T) {
			text, err := reader(t).Text(t.Context(), c.data, document.Limits{Pictures: 20 << 20})
			if err != nil || len(text.Pages) != 1 || !bytes.Equal(text.Pages[0].Picture, c.is) {
				t.Errorf("%+v, %v", text.Pages, err)
			}
		})
	}
}
