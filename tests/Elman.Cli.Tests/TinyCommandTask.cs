using System.CommandLine;
using Elman.Tests.Tasks.Tiny;

namespace Elman.Cli.Tests;

/// <summary>A task of lines such as <c>0110,1</c>: whether more of the bits are 1.</summary>
internal sealed class TinyCommandTask : CommandTask
{
    private readonly Argument<string> _data = new("DATA");
    private readonly Option<string> _output = new("-o") { Required = true };
    private readonly SettingOptions<MajorityOptions> _settings = new(MajorityOptions.Settings);

    public override string Name => "majority";

    public override string Task => MajorityModel.TaskName;

    public override string PredictHelp => "a majority says 1 or 0";

    public override string EvaluateHelp => "a majority counts";

    public override IReadOnlyList<Option> PredictOptions { get; } = [new Option<bool>("--probabilities")];

    public override Verb Train(Terminal terminal)
    {
        var verb = new Verb("majority", "Train a model of bits.") { _data, _output };
        _settings.AddTo(verb);
        verb.SetAction(given =>
        {
            var model = MajorityModel.Train(Read(given.GetRequiredValue(_data)), _settings.Apply(given, new MajorityOptions()));
            model.Save(given.GetRequiredValue(_output));
            return ExitCode.Done;
        });
        return verb;
    }

    public override int Predict(TaskModel model, TaskCall call)
    {
        bool probabilities = call.Given.GetValue<bool>("--probabilities");
        foreach (double chance in ((MajorityModel)model).Predict([.. Read(call.Data).Select(example => example.Input)]))
            call.Terminal.Out.WriteLine(probabilities ? $"{chance:0.00}" : chance > 0.5 ? "1" : "0");
        return ExitCode.Done;
    }

    public override int Evaluate(TaskModel model, TaskCall call)
    {
        call.Terminal.Out.WriteLine(((MajorityModel)model).Evaluate(Read(call.Data)));
        return ExitCode.Done;
    }

    public override void Inspect(TaskModel model, Terminal terminal) => terminal.Out.WriteLine($"majority of bits, {((MajorityModel)model).Net.ParameterCount} weights");

    private static Example<float[], bool>[] Read(string path) =>
        [.. File.ReadLines(path).Select(line => new Example<float[], bool>([.. line[..^2].Select(bit => bit - '0')], line[^1] == '1'))];
}
