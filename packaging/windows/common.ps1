# What install-service.ps1 and install-task.ps1 have in common. Windows PowerShell 5.1 and later.
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$Project = (Resolve-Path -LiteralPath (Join-Path $PSScriptRoot '..\..')).Path
$DataFolder = Join-Path $env:ProgramData 'crm-domino-sync'
$ConfigFile = Join-Path $DataFolder 'crm-domino-sync.config.json'
$Node = Join-Path $env:ProgramFiles 'nodejs\node.exe'
$OldestNode = [version]'20.12.0'

function Assert-Administrator {
    $identity = [Security.Principal.WindowsPrincipal][Security.Principal.WindowsIdentity]::GetCurrent()
    if (-not $identity.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)) {
        throw 'Start PowerShell as administrator.'
    }
}

function Invoke-Checked {
    param([string] $Program, [string[]] $Arguments)
    # Not redirected: Windows PowerShell takes a line on the error output of a program for an error of its own.
    & $Program @Arguments
    if ($LASTEXITCODE -ne 0) { throw "$Program ended with exit code $LASTEXITCODE." }
}

function Assert-Prerequisites {
    if (-not (Test-Path -LiteralPath $Node -PathType Leaf)) {
        throw "Node.js is not in $Node. Install it for all users."
    }
    $version = [version]((& $Node --version).TrimStart('v'))
    if ($version -lt $OldestNode) { throw "Node.js $version is too old: $OldestNode or later is needed." }
    foreach ($part in 'src\cli.ts', 'node_modules\tsx', 'sql', 'migrations') {
        if (-not (Test-Path -LiteralPath (Join-Path $Project $part))) {
            throw "$(Join-Path $Project $part) is missing. Run 'npm ci --omit=dev' in $Project first."
        }
    }
    if (-not (Test-Path -LiteralPath $ConfigFile -PathType Leaf)) {
        throw "There is no $ConfigFile. Make it first: docs\commands.md, Configuration."
    }
}

# The configuration holds passwords: only administrators and the account that runs the program may read it.
function Protect-DataFolder {
    param([string] $Account)
    $logs = Join-Path $DataFolder 'logs'
    New-Item -ItemType Directory -Force -Path $logs | Out-Null
    Invoke-Checked icacls.exe @($DataFolder, '/inheritance:r', '/grant:r',
        '*S-1-5-18:(OI)(CI)F', '*S-1-5-32-544:(OI)(CI)F', "${Account}:(OI)(CI)RX", '/Q')
    Invoke-Checked icacls.exe @($logs, '/grant:r', "${Account}:(OI)(CI)M", '/Q')
    Invoke-Checked icacls.exe @($ConfigFile, '/reset', '/Q')
}

# With the configuration that will be used: tells what has to be mended, and changes nothing.
function Test-Configuration {
    Push-Location -LiteralPath $Project
    try {
        & $Node --import tsx src\cli.ts --config $ConfigFile doctor
        if ($LASTEXITCODE -ne 0) { throw 'doctor found errors (above). Mend them, or use -SkipDoctor.' }
    } finally {
        Pop-Location
    }
}
