// Package browser holds tests that use the dashboard of the built binary as a person would: in Chromium, by labels and
// buttons, with the keyboard, on a wide screen and on a telephone. Anything the content security policy refuses and
// anything the console calls an error fails the test.
package browser
