package ui

import "strconv"

// sampleValues are made-up figures for the style page: a repeatable wobble around a slow rise.
func sampleValues(n int, seed int64) []int64 {
	out := make([]int64, n)
	for i := range out {
		seed = (seed*48271 + 11) % 2147483647
		out[i] = 20 + int64(i)/2 + seed%17
	}
	return out
}

func samplePoints(n int) []Point {
	out := make([]Point, n)
	for i, v := range sampleValues(n, 5) {
		day := strconv.Itoa(1+i%30) + " Nov"
		out[i] = Point{Label: day, Value: v, Text: "$" + strconv.FormatInt(v, 10) + ".00", Soft: i == n-1}
	}
	return out
}

func sampleBurn() []Point {
	out := []Point{{Label: "Beginning", Value: 100, Text: "$100.00"}}
	left := int64(100)
	for i, v := range sampleValues(14, 9) {
		left = max(0, left-v/6)
		out = append(out, Point{Label: strconv.Itoa(i+1) + " Nov", Value: left, Text: "$" + strconv.FormatInt(left, 10) + ".00"})
	}
	return out
}
