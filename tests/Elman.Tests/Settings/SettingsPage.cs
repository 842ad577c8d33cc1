namespace Elman.Tests.Settings;

/// <summary>
/// The table of settings in a page, between two comments. Run with ELMAN_ACCEPT=1 to write it anew, then read the difference. Cells that
/// other tests have made known are not in it.
/// </summary>
internal static class SettingsPage
{
    public static void Match(string page, string table, string name = "settings")
    {
        table = table.Replace(string.Join(", ", Cells.Names), "rnn, rnn-relu, lstm, gru, gru-original", StringComparison.Ordinal);
        string path = Repository.File(page), text = File.ReadAllText(path), begin = $"<!-- {name} -->\n", end = $"<!-- end of {name} -->";
        int from = text.IndexOf(begin, StringComparison.Ordinal) + begin.Length, to = text.IndexOf(end, StringComparison.Ordinal);
        Assert.True(from >= begin.Length && to > from, $"{page} has no place for the table '{name}'");
        if (Environment.GetEnvironmentVariable("ELMAN_ACCEPT") == "1") File.WriteAllText(path, text[..from] + table + text[to..]);
        else Assert.Equal(table, text[from..to]);
    }
}
