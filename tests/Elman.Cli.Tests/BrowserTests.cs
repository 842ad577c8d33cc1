namespace Elman.Cli.Tests;

/// <summary>The report in a real browser: it opens without a complaint and asks for nothing.</summary>
public sealed class BrowserTests : IDisposable
{
    private const string Browser = "/usr/bin/chromium";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_report_opens_without_a_complaint_and_no_request_leaves_it()
    {
        Assert.SkipUnless(File.Exists(Browser), "chromium, which opens the report, is not installed");
        var made = Command.Run(["forecast", _folder.Write("stores.csv", SmallData.Stores()), "--target", "y", "--group", "store", "-o", _folder.File("out"), "--horizon", "3", "--nets", "0"]);
        Assert.True(made.Code == 0, made.Error);
        string page = _folder.File("out/report.html");
        var (dom, complaints) = Open(page);
        Assert.Contains("y: forecast of the next 3 days", dom);
        Assert.Contains("</svg>", dom);
        Assert.Empty(complaints);

        // The page's own policy turns each request into a complaint: one that asks for something is noticed.
        File.WriteAllText(page, File.ReadAllText(page).Replace("</main>", "<img src=\"https://example.org/x.png\"></main>", StringComparison.Ordinal));
        Assert.Contains(Open(page).Complaints, line => line.Contains("Content Security Policy", StringComparison.Ordinal));
    }

    private (string Dom, string[] Complaints) Open(string page)
    {
        var outcome = ElmanProcess.Other(_folder.Path, Browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", $"--user-data-dir={_folder.File("profile")}",
            "--host-resolver-rules=MAP * ~NOTFOUND", "--enable-logging=stderr", "--dump-dom", $"file://{page}");
        Assert.True(outcome.Code == 0, outcome.Error);
        return (outcome.Out, [.. outcome.Error.Split('\n').Where(line => line.Contains("CONSOLE", StringComparison.Ordinal))]);
    }
}
