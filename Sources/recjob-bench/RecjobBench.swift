@main struct RecjobBench { static func main() {} }
