// Package gemini is Google's wire dialect: generateContent, as clients send it and as AI Studio and Vertex answer.
package gemini
