// Package bedrock is AWS Bedrock's wire dialect: Converse, as clients send it and as Bedrock answers.
package bedrock
