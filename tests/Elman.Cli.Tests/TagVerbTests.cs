using System.Text.Json;

namespace Elman.Cli.Tests;

/// <summary>train tag, and what evaluate, predict and inspect do with its models.</summary>
public sealed class TagVerbTests : IDisposable
{
    private static readonly string[] Quick = ["--hidden", "12", "--word-size", "12", "--character-size", "4", "--min-count", "1", "--lr", "0.02", "--steps", "120", "--refit", "off"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Cities are goals behind "to" and starts behind "from"; who goes is an order, who asks a question.</summary>
    private static string Conll(int count, string separator = "\t")
    {
        var random = new Random(count);
        string[] cities = ["Oslo", "New York", "Basel", "San Jose"];
        return string.Concat(Enumerable.Range(0, count).Select(_ =>
        {
            bool order = random.Next(2) == 0, from = random.Next(2) == 0;
            string City(string type) => string.Concat(cities[random.Next(4)].Split(' ').Select((word, at) => $"{word}{separator}{(at == 0 ? "B" : "I")}-{type}\n"));
            string Words(string words) => string.Concat(words.Split(' ').Select(word => $"{word}{separator}O\n"));
            return $"# intent = {(order ? "order" : "question")}\n{Words(order ? "book a flight" : "is there a flight")}{(from ? Words("from") + City("start") : "")}{Words("to")}{City("goal")}\n";
        }));
    }

    private string Train(string data, params string[] more)
    {
        string model = _folder.File("model.elman");
        var outcome = Command.Run(["train", "tag", data, "-o", model, .. Quick, .. more]);
        Assert.True(outcome.Code == 0, outcome.Error);
        return model;
    }

    [Fact]
    public void Conll_goes_in_and_out()
    {
        string data = _folder.Write("train.conll", Conll(150)), test = _folder.Write("test.conll", Conll(40)), model = _folder.File("model.elman");
        var trained = Command.Run(["train", "tag", data, "--label", "intent", "--test", test, "-o", model, .. Quick]);
        Assert.Equal(0, trained.Code);
        Assert.Contains("40 sentences,", trained.Out, StringComparison.Ordinal);
        Assert.Contains("most frequent tag of each word", trained.Out, StringComparison.Ordinal);
        Assert.Contains("150 sentences,", trained.Error, StringComparison.Ordinal);

        string metrics = _folder.File("report.json"), page = _folder.File("report.html");
        var evaluated = Command.Run("evaluate", model, test, "--metrics", metrics, "--report", page);
        Assert.Equal(trained.Out, evaluated.Out);
        using var json = JsonDocument.Parse(File.ReadAllText(metrics));
        Assert.True(json.RootElement.GetProperty("f1").GetDouble() > 0.9, evaluated.Out);
        Assert.True(json.RootElement.GetProperty("label_accuracy").GetDouble() > 0.9, evaluated.Out);
        Assert.Contains("<p class=\"tagged\">", File.ReadAllText(page), StringComparison.Ordinal);

        string few = _folder.Write("few.conll", "# intent = order\nbook\tO\na\tO\nflight\tO\nto\tO\nOslo\tB-goal\n\nis\tO\n");
        string[] lines = Command.Run("predict", model, few).Out.Split('\n');
        Assert.Equal(["# predicted_intent = order", "# intent = order"], [lines[0], lines[2]]);
        Assert.Matches(@"^Oslo\tB-goal\tB-goal\t(1|0\.\d+)$", lines[7]);
        Assert.Equal(("", "# predicted_intent = question"), (lines[8], lines[9]));
        Assert.Matches(@"^Oslo(\t[^\t]+){8,}$", Command.Run("predict", model, few, "--top", "2", "--probabilities").Out.Split('\n')[7]);
        Assert.Matches(@"^is\tO\t_\t", Command.Run("predict", model, few, "--threshold", "1").Out.Split('\n')[^3]);
        Assert.Contains("tags              B-goal, B-start, I-goal, I-start, O\n", Command.Run("inspect", model).Out, StringComparison.Ordinal);

        // A line of text is a sentence; so are words with columns.
        string[] streamed = Command.RunWithInput("book a flight to New York\n\nis there a flight to Oslo\n", "predict", model, "-").Out.Split('\n');
        Assert.Contains(streamed, line => line.StartsWith("York I-goal ", StringComparison.Ordinal));
        Assert.Equal(2, streamed.Count(line => line.StartsWith("# predicted_intent", StringComparison.Ordinal)));
        Assert.Equal(Command.Run("predict", model, few).Out, Command.RunWithInput(File.ReadAllText(few), "predict", model, "-").Out);
    }

    [Fact]
    public void A_table_keeps_its_columns()
    {
        string[] sentences = Conll(150, ",").Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        string Csv(IEnumerable<string> of) => "sentence,word,tag\n" + string.Concat(of.Select((sentence, at) => string.Concat(sentence.Split('\n').Where(line => line[0] != '#').Select(line => $"s{at},{line}\n"))));
        string model = Train(_folder.Write("train.csv", Csv(sentences.Take(120))), "--group", "sentence", "--column", "tag");
        string test = _folder.Write("test.csv", Csv(sentences.Skip(120)));
        string[] rows = Command.Run("predict", model, test).Out.Split('\n');
        Assert.Equal("sentence,word,tag,predicted,probability", rows[0]);
        Assert.Equal(File.ReadLines(test).Skip(1), rows[1..^1].Select(row => string.Join(',', row.Split(',')[..3])));
        Assert.True(rows[1..^1].Average(row => row.Split(',')[2] == row.Split(',')[3] ? 1.0 : 0) > 0.9);
        Assert.Contains("30 sentences", Command.Run("evaluate", model, test).Out, StringComparison.Ordinal);
    }

    [Fact]
    public void Universal_columns_are_filled_in()
    {
        static string Word(int number, string word, string tag) => $"{number}\t{word}\t_\t{tag}\t_\t_\t0\troot\t_\t_\n";
        string sentences = string.Concat(Enumerable.Range(0, 60).Select(i => $"# sent_id = {i}\n1-2\tdont\t_\t_\t_\t_\t_\t_\t_\t_\n{Word(1, "the", "DET")}{Word(2, i % 2 == 0 ? "dog" : "cat", "NOUN")}{Word(3, "runs", "VERB")}\n"));
        string model = Train(_folder.Write("train.conllu", sentences), "--column", "upos");
        string said = Command.Run("predict", model, _folder.Write("new.conllu", sentences.Split("\n\n")[0].Replace("NOUN", "_", StringComparison.Ordinal) + "\n\n")).Out;
        Assert.Contains("\n2\tdog\t_\tNOUN\t", said, StringComparison.Ordinal);
        Assert.Contains("1-2\tdont", said, StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_input_is_one_line()
    {
        void Says(string text, string message, params string[] more)
        {
            string data = _folder.Write("bad.conll", text);
            Assert.Equal(new Outcome(2, "", $"elman: {message.Replace("FILE", data, StringComparison.Ordinal)}\n"), Command.Run(["train", "tag", data, "-o", _folder.File("none.elman"), .. Quick, .. more]));
        }
        Says("a\tS-x\n\nb\tB-x\nc\tO\n", "FILE: line 4: the tag 'O' follows 'B-x'; in BIOES I-x and E-x stand only after B-x or I-x, and after these nothing else does; mend the tag of 'c'");
        Says("a\tO\nb\tI-x\n\nc\tB-x\nd\tI-x\n\ne\tB-y\n", "FILE: line 2: the tag 'I-x' follows 'O'; in BIO I-x stands only after B-x or I-x; mend the tag of 'b'");
        string model = Train(_folder.Write("train.conll", Conll(60)));
        var evaluated = Command.Run("evaluate", model, _folder.Write("other.conll", "to\tO\nOslo\tB-port\n"));
        Assert.Equal((0, "elman: 1 word with 1 tag that the model does not know, B-port, count as wrong\n"), (evaluated.Code, evaluated.Error));
    }
}
