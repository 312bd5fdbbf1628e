@main struct RecjobBench { static func main() async { await tmpMain() } }
