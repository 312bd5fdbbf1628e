@main struct Recjob { static func main() {} }
